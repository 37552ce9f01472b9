/*
 * Shows a message: a listing, the parts of DE 55, and what is wrong with a broken one.
 *
 *     decode iso87-ascii text 0800202000000080000000000012345600000001
 *     decode iso87-bcd hex 02005020000000000000164111111111111111000000012300123456
 *
 * Nothing it prints shows a card number.
 */
#include <stdio.h>
#include <string.h>

#include "cardwire.h"

/* The octets of hexadecimal digits; 0 if the text is something else. */
static size_t unhex(const char *text, uint8_t *out, size_t room) {
    static const char digits[] = "0123456789ABCDEF";
    size_t length = strlen(text), i;
    if (length % 2 != 0 || length / 2 > room) return 0;
    for (i = 0; i < length; i++) {
        const char *place = strchr(digits, text[i] >= 'a' && text[i] <= 'f' ? text[i] - 32 : text[i]);
        if (place == NULL) return 0;
        if (i % 2 == 0) out[i / 2] = 0;
        out[i / 2] = (uint8_t)(out[i / 2] << 4 | (place - digits));
    }
    return length / 2;
}

/* The names of the parts of an element, and what may be shown of them. */
static void show_parts(const cardwire_message *message, uint8_t number) {
    cardwire_field field, part;
    cardwire_parts parts;
    char name[80], value[200];
    if (cardwire_get(message, number, &field) != CARDWIRE_OK) return;
    if (cardwire_parts_of(&field, &parts) != CARDWIRE_OK) return;
    while (cardwire_next_part(&parts, &part) == CARDWIRE_OK) {
        cardwire_name(&part, name, sizeof name);
        cardwire_show(&part, value, sizeof value);
        printf("%u.%X at %u: %s: %s\n", (unsigned)number, (unsigned)part.key, (unsigned)part.offset, name, value);
    }
}

int main(int count, char **arguments) {
    static uint8_t octets[4096];
    static char listing[65536];
    char name[40];
    const cardwire_spec *spec;
    cardwire_message message;
    cardwire_error error;
    size_t length, i;

    if (count != 4) {
        fprintf(stderr, "decode SPEC text|hex MESSAGE, where SPEC is one of\n");
        for (i = 0; (spec = cardwire_spec_at(i)) != NULL; i++) {
            cardwire_spec_name(spec, name, sizeof name);
            fprintf(stderr, "    %s\n", name);
        }
        return 2;
    }
    spec = cardwire_spec_named(arguments[1]);
    if (spec == NULL) {
        fprintf(stderr, "there is no spec of that name\n");
        return 2;
    }
    length = strlen(arguments[3]);
    if (strcmp(arguments[2], "hex") == 0) {
        length = unhex(arguments[3], octets, sizeof octets);
    } else {
        if (length > sizeof octets) length = sizeof octets;
        memcpy(octets, arguments[3], length);
    }

    if (cardwire_inspect(&message, spec, octets, length, &error) != CARDWIRE_OK) {
        char sentence[200];
        cardwire_error_text(&error, sentence, sizeof sentence);
        fprintf(stderr, "code %d, path \"%s\", byte %u: %s\n", (int)error.code, error.path, (unsigned)error.offset,
                sentence);
    }
    cardwire_describe(&message, listing, sizeof listing);
    fputs(listing, stdout);
    show_parts(&message, 55);
    return error.code == CARDWIRE_OK ? 0 : 1;
}
