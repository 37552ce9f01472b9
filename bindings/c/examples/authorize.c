/*
 * A terminal and an issuer in one program: a purchase with chip data, the decision, the response, and what each side sees.
 * Between them are octets and nothing else, as on a line.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cardwire.h"

static int failed(const char *what, const cardwire_error *error) {
    char sentence[200];
    cardwire_error_text(error, sentence, sizeof sentence);
    fprintf(stderr, "%s: %s\n", what, sentence);
    return 1;
}

/* The terminal asks for 123.00 yuan. */
static cardwire_code request(uint8_t *out, size_t room, size_t *length, cardwire_error *error) {
    /* octets of what is binary, characters of what is digits, however the link writes them */
    static const uint8_t counter[] = {0x00, 0x1C}, results[5] = {0}, country[] = {'1', '5', '6'};
    const cardwire_part chip[] = {
        {0x9F36, counter, sizeof counter}, {0x95, results, sizeof results}, {0x9F1A, country, sizeof country}};
    cardwire_writer writer;
    cardwire_begin(&writer, cardwire_iso87_bcd, "0200", out, room);
    cardwire_put_text(&writer, 2, "4111111111111111");
    cardwire_put_text(&writer, 3, "000000");
    cardwire_put_number(&writer, 4, 12300);
    cardwire_put_number(&writer, 11, 123456);
    cardwire_put_text(&writer, 14, "2912");
    cardwire_put_text(&writer, 41, "TERM0001");
    cardwire_put_text(&writer, 49, "156");
    cardwire_put_parts(&writer, 55, chip, sizeof chip / sizeof chip[0]);
    return cardwire_finish(&writer, length, error); /* the first call that was refused, if any was */
}

/* The issuer approves up to 200.00, of a card of its own. */
static const char *decide(const cardwire_message *message) {
    cardwire_amount amount;
    cardwire_field card;
    const uint8_t *digits;
    uint8_t copy[19];
    size_t length;
    if (cardwire_amount_of(message, 4, &amount) != CARDWIRE_OK) return "30";
    if (cardwire_get(message, 2, &card) != CARDWIRE_OK) return "30";
    /* a card number is private: it is opened here, where it is needed, and nowhere else */
    if (cardwire_copy(&card, copy, sizeof copy, &length) != CARDWIRE_PRIVATE) return "96";
    cardwire_expose(&card);
    /* in packed digits it is not there to be pointed to */
    if (cardwire_value(&card, &digits, &length) != CARDWIRE_FORM) return "96";
    if (cardwire_copy(&card, copy, sizeof copy, &length) != CARDWIRE_OK) return "30";
    if (length < 6 || memcmp(copy, "411111", 6) != 0) return "14";
    printf("issuer: %" PRId64 " minor units of %s asked\n", amount.minor, amount.letters);
    return amount.minor <= 20000 ? "00" : "51";
}

static cardwire_code respond(const uint8_t *octets, size_t count, uint8_t *out, size_t room, size_t *length,
                             cardwire_error *error) {
    static char listing[4096];
    cardwire_message message;
    cardwire_writer writer;
    cardwire_code code = cardwire_parse(&message, cardwire_iso87_bcd, octets, count, error);
    if (code != CARDWIRE_OK) return code;
    cardwire_describe(&message, listing, sizeof listing);
    fputs(listing, stdout);
    cardwire_respond(&writer, &message, out, room); /* 0210 to 0200 */
    cardwire_echo(&writer, &message, 3);
    cardwire_echo(&writer, &message, 4);
    cardwire_echo(&writer, &message, 11);
    cardwire_put_text(&writer, 39, decide(&message));
    cardwire_echo(&writer, &message, 41);
    cardwire_echo(&writer, &message, 49);
    return cardwire_finish(&writer, length, error);
}

int main(void) {
    uint8_t asked[256], told[256];
    size_t asked_length, told_length, code_length;
    cardwire_message message;
    cardwire_error error;
    cardwire_field field;
    const uint8_t *code;
    uint64_t stan;

    if (request(asked, sizeof asked, &asked_length, &error) != CARDWIRE_OK) return failed("request", &error);
    if (respond(asked, asked_length, told, sizeof told, &told_length, &error) != CARDWIRE_OK) {
        return failed("response", &error);
    }
    if (cardwire_parse(&message, cardwire_iso87_bcd, told, told_length, &error) != CARDWIRE_OK) {
        return failed("what came back", &error);
    }
    if (cardwire_get(&message, 11, &field) != CARDWIRE_OK || cardwire_number(&field, &stan) != CARDWIRE_OK) return 1;
    if (cardwire_get(&message, 39, &field) != CARDWIRE_OK) return 1;
    if (cardwire_value(&field, &code, &code_length) != CARDWIRE_OK) return 1; /* points into `told` */
    printf("terminal: STAN %" PRIu64 ", response %.*s\n", stan, (int)code_length, (const char *)code);
    return memcmp(code, "00", 2) == 0 ? 0 : 1;
}
