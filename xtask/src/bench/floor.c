/* The least that a client of any cache does: start, send a request, wait until the outputs are in place, end. Static, in
   C, without a runtime to speak of. usage: floor <socket> <outputs, without their suffix> */
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* A usual request: arguments, folder and environment. bench/floor.rs reads as much; only the beginning has a meaning. */
static char request[6000];

int main(int count, char **words) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (count != 3 || strlen(words[1]) >= sizeof address.sun_path || strlen(words[2]) >= sizeof request) return 2;
    strcpy(address.sun_path, words[1]);
    strcpy(request, words[2]);
    int daemon = socket(AF_UNIX, SOCK_STREAM, 0);
    if (connect(daemon, (struct sockaddr *)&address, sizeof address) != 0) return 1;
    if (write(daemon, request, sizeof request) != sizeof request) return 1;
    char answer;
    return read(daemon, &answer, 1) == 1 ? 0 : 1;
}
