#include <stdio.h>
#ifndef X_H
#define X_H
#define MAX_LEN 10
#define SQUARE(x) ((x) * (x))

/* A node. */
struct node { int v; struct node *next; };
typedef struct { int x; } point_t;
typedef unsigned long word_t;
typedef int (*callback_t)(int);
enum color { RED };
union u { int a; };
static int helper(void);

// Adds.
static int
add(int a, int b)
{
    return a + b;
}
char **names(void) { return 0; }
#endif
