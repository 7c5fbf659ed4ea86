/* The least that a program before a compiler does: start, start the compiler, wait for it, end as it did. Static, in C. usage:
   starter <compiler> <arguments> */
#include <spawn.h>
#include <sys/wait.h>

extern char **environ;

int main(int count, char **words) {
    pid_t compiler;
    int status;
    if (count < 2 || posix_spawnp(&compiler, words[1], 0, 0, words + 1, environ) != 0) return 127;
    if (waitpid(compiler, &status, 0) != compiler) return 126;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 125;
}
