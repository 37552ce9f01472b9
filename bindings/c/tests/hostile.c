/*
 * Calls as no good program makes them: random octets, spoilt messages, buffers of any size, structs that nothing filled.
 * Every buffer has just its size, so that a sanitizer or valgrind sees the first octet beside it; without one, octets
 * around it are looked at. A card number must not be in any text.
 *
 *     hostile [ROUNDS [SEED]]
 *     hostile canary              reads beyond a buffer, which a sanitizer has to see
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cardwire.h"

#define CARD "6212345678901232"
#define HIDDEN "567890" /* what no mask shows of it */
#define AROUND 16

static uint64_t state;
static unsigned long calls, failures;

static size_t below(size_t end) {
    uint64_t mixed = state += 0x9E3779B97F4A7C15u;
    mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9u;
    mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EBu;
    return (size_t)((mixed ^ mixed >> 31) % (end == 0 ? 1 : end));
}

static void must(int holds, const char *what) {
    calls++;
    if (!holds) {
        failures++;
        fprintf(stderr, "does not hold: %s\n", what);
    }
}

/* A buffer of just `size` octets, with others around it that must stay. */
static uint8_t *fresh(size_t size) {
    uint8_t *all = malloc(size + 2 * AROUND);
    if (all == NULL) exit(3);
    memset(all, 0xA5, size + 2 * AROUND);
    return all + AROUND;
}

static void done(uint8_t *buffer, size_t size) {
    size_t i;
    for (i = 0; i < AROUND; i++) {
        must(buffer[i - AROUND] == 0xA5 && buffer[size + i] == 0xA5, "nothing is written beside a buffer");
    }
    free(buffer - AROUND);
}

typedef size_t (*writes)(const void *of, char *out, size_t room);

static size_t describe(const void *of, char *out, size_t room) { return cardwire_describe(of, out, room); }
static size_t dump(const void *of, char *out, size_t room) { return cardwire_dump(of, out, room); }
static size_t show(const void *of, char *out, size_t room) { return cardwire_show(of, out, room); }
static size_t name(const void *of, char *out, size_t room) { return cardwire_name(of, out, room); }
static size_t error_text(const void *of, char *out, size_t room) { return cardwire_error_text(of, out, room); }

/* A text, whole and in a buffer of some size. */
static void text(writes write, const void *of, int has_card) {
    size_t length = write(of, NULL, 0), room = length + 1;
    int i;
    for (i = 0; i < 2; i++) {
        uint8_t *out = fresh(room);
        must(write(of, (char *)out, room) == length, "a text has one length");
        if (room > 0 && length > 0) {
            must(memchr(out, 0, room) != NULL, "a text ends");
            must(strlen((char *)out) <= length, "and is not longer than it is");
            if (has_card) must(strstr((char *)out, HIDDEN) == NULL, "no text shows a card number");
        }
        done(out, room);
        room = below(length + 3);
    }
}

static void look_at_field(cardwire_field *field, size_t depth, int has_card) {
    cardwire_parts parts;
    cardwire_field part;
    const uint8_t *value;
    size_t length = 0, room = below(40), i;
    uint8_t *out = fresh(room);
    uint64_t number;
    int opened;
    text(show, field, has_card);
    text(name, field, 0);
    for (opened = 0; opened < 2; opened++) {
        cardwire_code code = cardwire_copy(field, out, room, &length);
        if (code == CARDWIRE_OK) must(length <= room, "what was copied had room");
        if (code == CARDWIRE_ROOM) must(length > room, "what had no room is longer");
        if (field->is_private && !opened) must(code == CARDWIRE_PRIVATE, "what is private is not opened");
        if (cardwire_value(field, &value, &length) == CARDWIRE_OK) {
            volatile uint8_t sum = 0;
            for (i = 0; i < length; i++) sum = (uint8_t)(sum + value[i]); /* a sanitizer sees where it is read */
        }
        cardwire_number(field, &number);
        must(cardwire_expose(field) == CARDWIRE_OK, "a field is opened");
    }
    done(out, room);
    if (cardwire_parts_of(field, &parts) == CARDWIRE_OK && depth < 6) {
        while (cardwire_next_part(&parts, &part) == CARDWIRE_OK) look_at_field(&part, depth + 1, has_card);
    }
}

/* Reads octets, which lie in memory of just their size, and uses all that was read. */
static void look(const cardwire_spec *spec, const uint8_t *octets, size_t length, int has_card) {
    uint8_t *copy = malloc(length == 0 ? 1 : length);
    cardwire_message message;
    cardwire_error error;
    cardwire_field field;
    cardwire_amount amount;
    cardwire_writer writer;
    cardwire_code code;
    char mti[5], path[12];
    uint8_t number, *out;
    size_t written = 0, room, i;
    if (copy == NULL) exit(3);
    memcpy(copy, octets, length);
    code = cardwire_inspect(&message, spec, length == 0 ? NULL : copy, length, &error);
    must(code == error.code, "an error has the code that was told");
    must(error.offset <= length, "an error lies in the message");
    must(memchr(error.path, 0, sizeof error.path) != NULL, "a path ends");
    text(error_text, &error, has_card);
    text(describe, &message, has_card);
    text(dump, &message, has_card);
    cardwire_mti(&message, mti);
    for (number = cardwire_next(&message, 0); number != 0; number = cardwire_next(&message, number)) {
        must(cardwire_get(&message, number, &field) == CARDWIRE_OK, "what is listed is there");
        must((size_t)field.offset + field.size <= length, "a value lies in the message");
        look_at_field(&field, 0, has_card);
        cardwire_amount_of(&message, number, &amount);
    }
    for (i = 0; i < sizeof path - 1; i++) path[i] = "0123456789.AF\xff"[below(14)];
    path[below(sizeof path)] = 0;
    path[sizeof path - 1] = 0;
    cardwire_path(&message, path, &field);

    /* the same message again, into a buffer of some size */
    room = below(2 * length + 20);
    out = fresh(room);
    if (below(2) == 0) {
        cardwire_begin(&writer, spec, "0200", out, room);
    } else {
        cardwire_respond(&writer, &message, out, room);
    }
    for (number = cardwire_next(&message, 0); number != 0; number = cardwire_next(&message, number)) {
        cardwire_part part;
        part.key = (uint32_t)below(70000);
        part.value = copy;
        part.length = below(length + 1);
        switch (below(12)) {
        case 0: cardwire_put_octets(&writer, number, copy, below(length + 1)); break;
        case 1: cardwire_put_number(&writer, number, (int64_t)below(1000000) - 500000); break;
        case 2: cardwire_put_parts(&writer, number, &part, 1); break;
        case 3: cardwire_put_text(&writer, (uint8_t)below(256), "1234"); break;
        default: cardwire_echo(&writer, &message, number); break;
        }
    }
    code = cardwire_finish(&writer, &written, &error);
    must(code == CARDWIRE_OK ? written <= room && written > 0 : written == 0, "what was written had room");
    if (code == CARDWIRE_OK) {
        must(cardwire_parse(&message, spec, out, written, &error) == CARDWIRE_OK, "what was written can be read");
    } else {
        text(error_text, &error, has_card);
    }
    must(cardwire_put_number(&writer, 3, 0) == CARDWIRE_EMPTY, "a writer that has finished is empty");
    done(out, room);
    free(copy);
}

/* A message with a card number, of random elements. */
static size_t make(const cardwire_spec *spec, uint8_t *out, size_t room) {
    static const char *const values[] = {"0", "1", "12", "123", "1234", "000000", "0101000000", "ABC", "TERM0001", "156"};
    size_t length = 0, tries;
    cardwire_writer writer, before;
    unsigned number;
    cardwire_begin(&writer, spec, below(2) ? "0200" : "1804", out, room);
    cardwire_put_text(&writer, 2, CARD);
    for (number = 3; number < 129; number += 1 + (unsigned)below(9)) {
        before = writer; /* a writer may be copied, and what is refused tried again, as nothing was written */
        for (tries = 0; tries < 4; tries++) {
            if (cardwire_put_text(&writer, (uint8_t)number, values[below(10)]) == CARDWIRE_OK) break;
            writer = before;
        }
    }
    return cardwire_finish(&writer, &length, NULL) == CARDWIRE_OK ? length : 0;
}

static void empty_structs(void) {
    cardwire_message message;
    cardwire_field field;
    cardwire_parts parts;
    cardwire_writer writer;
    cardwire_error error;
    char mti[5];
    size_t length;
    memset(&message, 0, sizeof message);
    memset(&field, 0, sizeof field);
    memset(&parts, 0, sizeof parts);
    memset(&writer, 0, sizeof writer);
    memset(&error, 0, sizeof error);
    must(cardwire_mti(&message, mti) == CARDWIRE_EMPTY, "a message of zeros is empty");
    must(cardwire_expose(&field) == CARDWIRE_EMPTY, "a field of zeros is empty");
    must(cardwire_next_part(&parts, &field) == CARDWIRE_EMPTY, "parts of zeros are empty");
    must(cardwire_finish(&writer, &length, &error) == CARDWIRE_EMPTY, "a writer of zeros is empty");
    must(cardwire_describe(&message, NULL, 0) == 0, "and has no text");
    must(cardwire_parse(NULL, NULL, NULL, 0, NULL) == CARDWIRE_NULL, "NULL is an error");
    must(cardwire_spec_named("no such spec") == NULL, "a name that is none names nothing");
    must(cardwire_spec_at((size_t)-1) == NULL, "an index after the last is that of none");
}

/* What a good program never does: says that there is one octet more than there is. A sanitizer has to stop it. */
static int canary(void) {
    uint8_t *octets = malloc(4);
    cardwire_message message;
    if (octets == NULL) return 3;
    memcpy(octets, "0800", 4);
    cardwire_parse(&message, cardwire_iso87_ascii, octets, 40, NULL);
    free(octets);
    return 0;
}

int main(int count, char **arguments) {
    unsigned long rounds = count > 1 ? strtoul(arguments[1], NULL, 10) : 200, round;
    static uint8_t wire[4096];
    size_t specs = 0, length, i;
    if (count > 1 && strcmp(arguments[1], "canary") == 0) return canary();
    state = count > 2 ? strtoul(arguments[2], NULL, 10) : 1;
    while (cardwire_spec_at(specs) != NULL) specs++;
    empty_structs();
    for (round = 0; round < rounds; round++) {
        const cardwire_spec *spec = cardwire_spec_at(below(specs)), *other = cardwire_spec_at(below(specs));
        length = make(spec, wire, sizeof wire);
        must(length > 0, "a message is made");
        look(spec, wire, length, 1);
        look(other, wire, length, 1);                 /* misread */
        look(spec, wire, below(length + 1), 1);       /* cut */
        for (i = 1 + below(4); i > 0; i--) wire[below(length)] = (uint8_t)below(256);
        look(spec, wire, length, 0);                  /* spoilt: the card number perhaps, too */
        length = below(200);
        for (i = 0; i < length; i++) wire[i] = (uint8_t)below(256);
        look(spec, wire, length, 0);                  /* anything */
    }
    printf("hostile: %lu rounds, %lu checks, %lu do not hold\n", rounds, calls, failures);
    return failures == 0 ? 0 : 1;
}
