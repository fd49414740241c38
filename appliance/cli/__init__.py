"""The subcommands of `gatehouse`, one module each: HELP, configure(parser), run(args)."""
