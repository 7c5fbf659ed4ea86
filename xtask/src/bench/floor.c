/* The least that a client of any cache does: start, send a request, wait until the outputs are in place, end. Static, in
   C, without a runtime to speak of. usage: floor <socket> */
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* A usual request: arguments, folder and environment. bench/floor.rs reads as much. */
static char request[6000];

int main(int count, char **words) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (count != 2 || strlen(words[1]) >= sizeof address.sun_path) return 2;
    strcpy(address.sun_path, words[1]);
    int daemon = socket(AF_UNIX, SOCK_STREAM, 0);
    if (connect(daemon, (struct sockaddr *)&address, sizeof address) != 0) return 1;
    if (write(daemon, request, sizeof request) != sizeof request) return 1;
    char answer;
    return read(daemon, &answer, 1) == 1 ? 0 : 1;
}
