/* cordboard-amid --replay FILE…: recorded AMI streams to call records, with no network or database. */
#ifndef AMID_REPLAY_H
#define AMID_REPLAY_H

/*
 * Prints one JSON line per call to standard output as calls end, open ones last. A line that
 * begins with "#" separates two connections. Returns the process's exit status.
 */
int replay_files(char *const *paths, int n);

#endif
