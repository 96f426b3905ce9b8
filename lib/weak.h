/* Passwords that a guesser tries first. Pure. */
#ifndef CB_WEAK_H
#define CB_WEAK_H

#include <stdbool.h>

/*
 * Whether the password is little more than words that many people use, rows of keys, counts, years
 * and repetitions, in whatever case and with digits for letters ("P4ssw0rd2024!"). Its length is
 * the caller's to check.
 */
bool weak_password(const char *password);

#endif
