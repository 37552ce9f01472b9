/*
 * How long things take from C: the shortest of seven runs, in nanoseconds a message of nine and of eighteen values, its
 * type included: those of bindings/python/bench.py.
 */
#define _POSIX_C_SOURCE 199309L
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cardwire.h"

#define ROUNDS 200000

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

struct value {
    uint8_t number;
    const char *text;
    int is_many;
};

static const struct value values[] = {
    {2, "6212345678901232", 1}, {3, "000000", 0},     {4, "000000012300", 0},
    {7, "1123061759", 0},       {11, "123456", 0},    {12, "141759", 0},
    {13, "1123", 0},            {14, "2912", 1},      {18, "5411", 1},
    {22, "051", 1},             {25, "00", 1},        {32, "12345678901", 1},
    {37, "632714123456", 1},    {41, "TERM0001", 0},  {42, "MERCHANT0000001", 1},
    {43, "CARDWIRE TEST SHOP       SHANGHAI     CN", 1}, {49, "156", 0}};

static size_t build(uint8_t *out, size_t room, int is_many) {
    cardwire_writer writer;
    size_t length = 0, i;
    cardwire_begin(&writer, cardwire_iso87_ascii, "0200", out, room);
    for (i = 0; i < sizeof values / sizeof values[0]; i++) {
        if (is_many || !values[i].is_many) cardwire_put_text(&writer, values[i].number, values[i].text);
    }
    cardwire_finish(&writer, &length, NULL);
    return length;
}

int main(void) {
    static uint8_t out[512];
    static char listing[8192];
    int is_many, what, run;
    for (is_many = 0; is_many < 2; is_many++) {
        size_t length = build(out, sizeof out, is_many);
        static const char *const names[] = {"parse", "parse, get each", "build", "describe"};
        if (length == 0) return 1;
        for (what = 0; what < 4; what++) {
            int rounds = what == 3 ? ROUNDS / 20 : ROUNDS, round;
            double shortest = 1e18;
            for (run = 0; run < 7; run++) {
                double start = now(), took;
                for (round = 0; round < rounds; round++) {
                    cardwire_message message;
                    cardwire_field field;
                    const uint8_t *value;
                    size_t size;
                    uint8_t number = 0;
                    if (what == 2) {
                        build(out, sizeof out, is_many);
                        continue;
                    }
                    if (cardwire_parse(&message, cardwire_iso87_ascii, out, length, NULL) != CARDWIRE_OK) return 1;
                    if (what == 3) cardwire_describe(&message, listing, sizeof listing);
                    while (what == 1 && (number = cardwire_next(&message, number)) != 0) {
                        cardwire_get(&message, number, &field);
                        cardwire_value(&field, &value, &size);
                    }
                }
                took = (now() - start) / rounds;
                if (took < shortest) shortest = took;
            }
            printf("note: %s, %d values: %.0f ns\n", names[what], is_many ? 18 : 9, shortest);
        }
    }
    return 0;
}
