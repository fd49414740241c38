/* restart [ARGUMENT]: restarts the board at once and hands the argument to its firmware, as reboot(2) does;
 * busybox cannot. The console gets the argument too: an emulated board has no firmware that listens. */
#include <linux/reboot.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int count, char **words)
{
    const char *argument = count > 1 ? words[1] : "";
    FILE *console = fopen("/dev/console", "w");

    if (console) {
        fprintf(console, "\ngatehouse-restart: [%s]\n", argument);
        fclose(console);
    }
    sync();
    syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, LINUX_REBOOT_CMD_RESTART2, argument);
    perror("restart");
    return 1;
}
