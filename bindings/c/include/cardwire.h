/*
 * cardwire.h: ISO 8583 card payment messages, parsed without copying and built without guessing.
 *
 *     cardwire_message message;                        your memory; the library has none of its own
 *     cardwire_error error;
 *     if (cardwire_parse(&message, cardwire_iso87_ascii, octets, length, &error) != CARDWIRE_OK) ...
 *
 *     0800 2220000000800000 000000 123456 ........     your octets
 *                           ^      ^
 *                           DE 3   DE 11               a cardwire_field points there, and copies nothing
 *
 * No heap, no globals, no operating system. From the C library it wants memcpy, memmove, memset, memcmp and bcmp.
 *
 * THE RULES, which no library can check:
 *
 * 1. A pointer that is not NULL points to what its type says. NULL is an error with a code, never a crash, and
 *    (NULL, 0) is an empty buffer.
 * 2. The octets given to cardwire_parse stay where they are, unchanged, for as long as the cardwire_message, a
 *    cardwire_field or a cardwire_parts of it, or a value pointer is used. Freeing them ends all of these.
 *    A cardwire_field does not need its cardwire_message, and a copy by `=` is as good as the first.
 * 3. The buffer given to cardwire_begin is the writer's alone until cardwire_finish. Values are copied at once: what
 *    was given to a cardwire_put_* may be freed when it returns.
 * 4. Two arguments of a call do not overlap.
 * 5. `opaque` is not touched. A struct that no call has filled yet is not given to one that reads it; after `= {0}`
 *    it may be, and the call says CARDWIRE_EMPTY. After a call that failed the struct that it was to fill is empty, and
 *    anything else that it was to fill is not to be read, unless it is said.
 *
 * THREADS: anything may be called from any thread at any time, on different structs. One struct that is only read (a
 * message, a field) may be read by many at once; what a call changes (a writer, parts) belongs to one at a time.
 *
 * PRIVACY: cardwire_value, cardwire_copy and cardwire_number refuse what the spec calls private (card number, tracks,
 * PIN, cryptograms) with CARDWIRE_PRIVATE, until cardwire_expose was called for that field: the one word to search a
 * program for. Texts for people (cardwire_describe, cardwire_dump, cardwire_show, cardwire_error_text) are always
 * masked and fit for a log. No error holds a character of a value.
 *
 * TEXTS are written as snprintf does: as much as there is room for, always with a NUL, cut between characters. What is
 * returned is the length of the whole text without its NUL, so (NULL, 0) measures. 0 is returned if an argument is
 * wrong. UTF-8.
 */
#ifndef CARDWIRE_H
#define CARDWIRE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* "0.1.0", of the library that is linked. */
const char *cardwire_version(void);

/* ---- Codes ------------------------------------------------------------------------------------------------------- */

/* 0, or what is wrong. Numbers are never given to another meaning; later versions add some. */
typedef int32_t cardwire_code;

enum {
    CARDWIRE_OK = 0,

    /* of octets, values and messages; `expected` and `found` are those of cardwire_error */
    CARDWIRE_TRUNCATED = 1,    /* the octets end inside the thing: `expected` needed, `found` left */
    CARDWIRE_TRAILING = 2,     /* `found` octets are left after the last element */
    CARDWIRE_TOO_SHORT = 3,    /* a value is shorter than its minimum */
    CARDWIRE_TOO_LONG = 4,     /* a value is longer than its maximum */
    CARDWIRE_LENGTH_DIGIT = 5, /* a character of a length (LL, LLL) is no digit */
    CARDWIRE_LENGTH_FORM = 6,  /* octets of a BER length that announce none (80), or more than four */
    CARDWIRE_LENGTH_UNIT = 7,  /* a length that cannot be: no whole number of units; of the header, another one */
    CARDWIRE_CHARACTER = 8,    /* a character outside the class of the element: a letter in n */
    CARDWIRE_NIBBLE = 9,       /* half an octet that has to be a decimal digit and is none */
    CARDWIRE_FILL = 10,        /* the unused half of an octet is not what the spec fills it with */
    CARDWIRE_DIGIT_COUNT = 11, /* packed digits that would be read back as more or fewer */
    CARDWIRE_HEX_DIGIT = 12,   /* a character that has to be a hexadecimal digit and is none */
    CARDWIRE_MTI_DIGIT = 13,   /* the message type is not four digits */
    CARDWIRE_UNDEFINED = 14,   /* an element that the spec does not define */
    CARDWIRE_TAG = 15,         /* a tag that is not well formed */
    CARDWIRE_MISSING = 16,     /* no such element, part or name; of parts: that was the last */
    CARDWIRE_ORDER = 17,       /* elements are written in ascending order: this one comes too late, or twice */
    CARDWIRE_TERMINATOR = 18,  /* a value does not end with the octet that ends it */
    CARDWIRE_PRIVATE = 19,     /* only cardwire_expose opens this value */
    CARDWIRE_FORM = 20,        /* not to be had like this: the number of a text, a pointer to packed digits */
    CARDWIRE_NUMBER = 21,      /* a number that does not fit its type, or its element */
    CARDWIRE_ROOM = 22,        /* the buffer is too small: `expected` octets needed so far, `found` given */
    CARDWIRE_OTHER = 99,       /* what a later version of the core knows and this header does not */

    /* of calls */
    CARDWIRE_NULL = 100,       /* NULL where something has to be */
    CARDWIRE_ALIGNMENT = 101,  /* a pointer that has not the alignment of its type */
    CARDWIRE_SIZE = 102,       /* a size that no object has; a text of more than 65,535 characters */
    CARDWIRE_EMPTY = 103,      /* the struct was not filled by the call that comes first, or that call failed */
    CARDWIRE_NO_RESPONSE = 104 /* a message type that has no response: 0810, 0140 */
};

/* Where something is wrong. */
enum {
    CARDWIRE_WHOLE = 0,  /* the message as a whole */
    CARDWIRE_HEADER = 1, /* before the message type */
    CARDWIRE_MTI = 2,
    CARDWIRE_BITMAP = 3,
    CARDWIRE_ELEMENT = 4 /* the element `field`, at `path` */
};

/* What `expected` and `found` count. */
enum {
    CARDWIRE_NO_UNIT = 0, /* nothing: both are 0, or say less than the sentence */
    CARDWIRE_BYTES = 1,
    CARDWIRE_OCTETS = 2, /* of a binary value before it is written; as hexadecimal digits it takes twice the bytes */
    CARDWIRE_DIGITS = 3,
    CARDWIRE_HEX_DIGITS = 4,
    CARDWIRE_CHARACTERS = 5,
    CARDWIRE_PARTS = 6
};

#define CARDWIRE_PATH_SIZE 64

/*
 * What is wrong, and where.
 *
 *     0800 2020000000800000 000000 12345X 00000001
 *                                       ^
 *     code CARDWIRE_CHARACTER   place CARDWIRE_ELEMENT   field 11   path "11"   offset 31
 *     "field 11 at byte 31: expected class n, found a letter"
 *
 * A pointer to one may be NULL where a call takes it. A call that succeeds fills it with CARDWIRE_OK.
 */
typedef struct cardwire_error {
    cardwire_code code;
    int32_t place;   /* CARDWIRE_WHOLE ... CARDWIRE_ELEMENT */
    uint32_t field;  /* the number of the data element, or 0 */
    uint32_t offset; /* the octet in the message; when building, in the buffer */
    uint32_t expected;
    uint32_t found;
    int32_t unit; /* CARDWIRE_NO_UNIT ... CARDWIRE_PARTS */
    uint32_t reserved;
    char path[CARDWIRE_PATH_SIZE]; /* "11", "55.9F26": what cardwire_path takes; "" outside of elements */
    uint64_t opaque[8];
} cardwire_error;

/* The sentence, in English. Of an error with nothing but its code (`cardwire_error e = {0}; e.code = code;`): that of the
 * code. */
size_t cardwire_error_text(const cardwire_error *error, char *out, size_t room);

/* ---- Specs ------------------------------------------------------------------------------------------------------- */

/* What the elements of a link are and how they are written; constant, and never freed. */
typedef struct cardwire_spec cardwire_spec;

/* A program that uses these, and not cardwire_spec_named, is linked with those it uses and no others. */
extern const cardwire_spec *const cardwire_iso87_ascii;        /* ISO 8583:1987: ASCII, bitmap in hexadecimal digits */
extern const cardwire_spec *const cardwire_iso87_ascii_binary; /*   ASCII, bitmap in octets */
extern const cardwire_spec *const cardwire_iso87_bcd;          /*   digits packed, lengths packed */
extern const cardwire_spec *const cardwire_iso87_bcd_n49;      /*   the same, currencies packed */
extern const cardwire_spec *const cardwire_iso87_ebcdic;       /*   EBCDIC */
extern const cardwire_spec *const cardwire_iso87_bcd_ebcdic;   /*   digits packed, text in EBCDIC */
extern const cardwire_spec *const cardwire_iso87_bcd_ebcdic_bytes; /* the same, lengths count octets */
extern const cardwire_spec *const cardwire_iso93_ascii;            /* ISO 8583:1993 */
extern const cardwire_spec *const cardwire_iso93_ascii_binary;
extern const cardwire_spec *const cardwire_iso93_bcd;
extern const cardwire_spec *const cardwire_iso93_ebcdic;
extern const cardwire_spec *const cardwire_iso03_ascii; /* ISO 8583:2003 */
extern const cardwire_spec *const cardwire_iso03_ascii_binary;
extern const cardwire_spec *const cardwire_iso03_bcd;
extern const cardwire_spec *const cardwire_iso03_ebcdic;
extern const cardwire_spec *const cardwire_unionpay_pos; /* UnionPay terminals */
extern const cardwire_spec *const cardwire_ipm_ebcdic;   /* Mastercard clearing files, one record */
extern const cardwire_spec *const cardwire_ipm_ascii;

/* By its name, which is the one above with hyphens: "iso87-bcd". NULL if there is none. */
const cardwire_spec *cardwire_spec_named(const char *name);

/* By an index from 0 on; NULL after the last. */
const cardwire_spec *cardwire_spec_at(size_t index);

/* Its name. */
size_t cardwire_spec_name(const cardwire_spec *spec, char *out, size_t room);

/* ---- Reading ----------------------------------------------------------------------------------------------------- */

#define CARDWIRE_MESSAGE_SIZE 256
#define CARDWIRE_FIELD_SIZE 144
#define CARDWIRE_PARTS_SIZE 192
#define CARDWIRE_WRITER_SIZE 128

/* A message that was parsed. Copying it by `=` is fine. */
typedef struct cardwire_message {
    uint64_t opaque[CARDWIRE_MESSAGE_SIZE / 8];
} cardwire_message;

/*
 * An element of a message, or a part of one.
 *
 *     ... 2F 30 30 06 30 30 30 30 30 30 31 32 ...      the message
 *                     ^----------------^
 *                     offset            size           where the value stands, its length prefix left out
 *
 * `length` counts characters, digits or octets of the value itself: 12 packed digits have length 12 and size 6. A part
 * of packed digits may share an octet with its neighbour.
 */
typedef struct cardwire_field {
    uint32_t key;         /* number of the element, position of the part, or tag: 0x9F26 */
    uint32_t length;      /* of the value, in units */
    uint32_t offset;      /* of its octets in the message */
    uint32_t size;        /* of its octets in the message */
    uint8_t is_binary;    /* 1: octets, no text */
    uint8_t is_private;   /* 1: only cardwire_expose opens it */
    uint8_t is_composite; /* 1: it has parts */
    uint8_t is_exposed;   /* 1: cardwire_expose was called */
    uint32_t reserved;
    uint64_t opaque[CARDWIRE_FIELD_SIZE / 8];
} cardwire_field;

/* The parts of an element that are still to come. */
typedef struct cardwire_parts {
    uint64_t opaque[CARDWIRE_PARTS_SIZE / 8];
} cardwire_parts;

/* An amount: `minor` 12300, `exponent` 2 and "CNY" are 123.00 CNY. */
typedef struct cardwire_amount {
    int64_t minor;     /* minor units; negative for a debit of class x+n */
    int32_t exponent;  /* digits after the decimal point; -1 where neither message nor currency says */
    uint32_t currency; /* its number in ISO 4217: 156; 0 where the message names none */
    char letters[4];   /* "CNY", or "" */
    uint32_t reserved;
} cardwire_amount;

/* Parses one message, from its header or message type to its last element, and checks every octet. Framing (a length
 * before the message, a TPDU) is taken off before. If anything is wrong, `message` is empty. */
cardwire_code cardwire_parse(cardwire_message *message, const cardwire_spec *spec, const uint8_t *octets, size_t length,
                             cardwire_error *error);

/* The same, and `message` has what was read before anything was wrong: for a host that has to respond to a broken message,
 * and for people. The code says whether it is whole. */
cardwire_code cardwire_inspect(cardwire_message *message, const cardwire_spec *spec, const uint8_t *octets,
                               size_t length, cardwire_error *error);

/* The message type: "0200". CARDWIRE_MISSING if a broken message ends before it. */
cardwire_code cardwire_mti(const cardwire_message *message, char mti[5]);

/* The number of the next element that is there, 0 after the last:
 *
 *     for (n = cardwire_next(&message, 0); n != 0; n = cardwire_next(&message, n)) ... */
uint8_t cardwire_next(const cardwire_message *message, uint8_t number);

/* An element; CARDWIRE_MISSING if it is not there. */
cardwire_code cardwire_get(const cardwire_message *message, uint8_t number, cardwire_field *field);

/* An element or a part by its path: "39", "3.1", "55.9F26", "48.0105". Of a tag that is there twice: the first. */
cardwire_code cardwire_path(const cardwire_message *message, const char *path, cardwire_field *field);

/* Goes to the parts of an element, in the order of the message; one without parts has none. */
cardwire_code cardwire_parts_of(const cardwire_field *field, cardwire_parts *parts);

/* The next part; CARDWIRE_MISSING after the last. */
cardwire_code cardwire_next_part(cardwire_parts *parts, cardwire_field *field);

/* Opens a private value: after it cardwire_value, cardwire_copy and cardwire_number have it. */
cardwire_code cardwire_expose(cardwire_field *field);

/* Points to the value in your octets; it has no NUL. CARDWIRE_FORM where it does not stand there as it is (packed digits,
 * EBCDIC, hexadecimal): then cardwire_copy. */
cardwire_code cardwire_value(const cardwire_field *field, const uint8_t **value, size_t *length);

/* Copies the value as it is on every link, without a NUL: characters and digits in ASCII, octets. `length` is that of the
 * value, also where CARDWIRE_ROOM says that there is no room for it. */
cardwire_code cardwire_copy(const cardwire_field *field, uint8_t *out, size_t room, size_t *length);

/* The number in a value of digits: STAN, amount, date. */
cardwire_code cardwire_number(const cardwire_field *field, uint64_t *number);

/* The amount in an element, with the currency that goes with it: DE 49 with DE 4. */
cardwire_code cardwire_amount_of(const cardwire_message *message, uint8_t number, cardwire_amount *amount);

/* The value as it may be shown: "411111******1111". Exposed or not. */
size_t cardwire_show(const cardwire_field *field, char *out, size_t room);

/* The name of the element: "Response code". */
size_t cardwire_name(const cardwire_field *field, char *out, size_t room);

/* A listing of the message, a line for each element and part, with the meaning of codes; masked. */
size_t cardwire_describe(const cardwire_message *message, char *out, size_t room);

/* A hexdump with the names of the elements; private octets are "**". */
size_t cardwire_dump(const cardwire_message *message, char *out, size_t room);

/* ---- Writing ----------------------------------------------------------------------------------------------------- */

/*
 * A message that is being written, element by element in ASCENDING ORDER, straight into your buffer:
 *
 *     cardwire_begin(&writer, cardwire_iso87_bcd, "0200", buffer, sizeof buffer);
 *     cardwire_put_text(&writer, 2, "4111111111111111");
 *     cardwire_put_number(&writer, 4, 12300);
 *     if (cardwire_finish(&writer, &length, &error) != CARDWIRE_OK) ...
 *
 *     02 00 | 50 00 00 00 00 00 00 00 | 16 41 11 11 11 11 11 11 11 | 00 00 00 01 23 00
 *     MTI     bitmap: not set by you    DE 2, its length, too        DE 4, filled with zeros
 *
 * What is refused first is remembered: every later call says the same and writes nothing, and so does cardwire_finish. So
 * only cardwire_finish has to be looked at, and no message goes out without an element that was refused.
 */
typedef struct cardwire_writer {
    uint64_t opaque[CARDWIRE_WRITER_SIZE / 8];
} cardwire_writer;

/* A part of an element that is written: by its position (1, 2 ...) or its tag (0x9F26). */
typedef struct cardwire_part {
    uint32_t key;
    const uint8_t *value; /* characters or octets */
    size_t length;
} cardwire_part;

/* Begins a message of type `mti`, four digits. The buffer is filled with zeros. */
cardwire_code cardwire_begin(cardwire_writer *writer, const cardwire_spec *spec, const char *mti, uint8_t *out,
                             size_t room);

/* Begins the response to a message: 0210 to 0200, 0430 to 0420; in its spec, with its header, and without elements. To a
 * broken message of cardwire_inspect, too, if its type was read. CARDWIRE_NO_RESPONSE to what is no request or advice. */
cardwire_code cardwire_respond(cardwire_writer *writer, const cardwire_message *request, uint8_t *out, size_t room);

/* Characters or digits, up to the NUL. Too few are filled as the spec says: digits with zeros before them, text with
 * blanks after it. */
cardwire_code cardwire_put_text(cardwire_writer *writer, uint8_t number, const char *text);

/* A number, with zeros before it; below zero only in elements of class x+n, which get C or D. */
cardwire_code cardwire_put_number(cardwire_writer *writer, uint8_t number, int64_t value);

/* Octets, or characters without a NUL. Octets that are too few are refused. */
cardwire_code cardwire_put_octets(cardwire_writer *writer, uint8_t number, const uint8_t *octets, size_t length);

/* The parts of a composite element, such as DE 55; tags are written in the order of the list. */
cardwire_code cardwire_put_parts(cardwire_writer *writer, uint8_t number, const cardwire_part *parts, size_t count);

/* A value of another message, in whatever spec that was: packed digits become EBCDIC. Private ones, too: nothing is shown. */
cardwire_code cardwire_put_field(cardwire_writer *writer, uint8_t number, const cardwire_field *field);

/* The element of the same number in another message. One that is not there is left out, which is CARDWIRE_OK. */
cardwire_code cardwire_echo(cardwire_writer *writer, const cardwire_message *message, uint8_t number);

/* Ends the message, which is the first `length` octets of the buffer; or says what was refused first, with a length of 0.
 * After it the writer is empty, and the buffer yours. */
cardwire_code cardwire_finish(cardwire_writer *writer, size_t *length, cardwire_error *error);

#ifdef __cplusplus
}
#endif

#endif
