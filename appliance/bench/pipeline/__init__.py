"""The whole way from footage to votes, measured: every stage alone, all of them together, and a plain one."""
