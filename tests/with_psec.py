"""The other side of tests/psec.rs: psec, pydukpt and pyemv answer what they are asked, line by line.

Reads JSON lists of a name and its arguments, octets in hexadecimal digits, and answers with a JSON text, or with null
where the package refuses.
"""

import json
import sys

import psec
import pydukpt
from pyemv import ac, kd

HEX = bytes.fromhex
PADDING = {1: ac.PaddingType.VISA, 2: ac.PaddingType.EMV}


def key_block(kbpk, header, key, blocks):
    head = psec.tr31.Header(*header)
    for name, data in blocks:
        head.blocks[name] = data
    return psec.tr31.wrap(HEX(kbpk), head, HEX(key))


CALLS = {
    "clear_0": lambda pin, pan: psec.pinblock.encode_pinblock_iso_0(pin, pan),
    "clear_2": lambda pin: psec.pinblock.encode_pinblock_iso_2(pin),
    "clear_3": lambda pin, pan: psec.pinblock.encode_pinblock_iso_3(pin, pan),
    "decode_0": lambda block, pan: psec.pinblock.decode_pinblock_iso_0(HEX(block), pan),
    "decode_2": lambda block: psec.pinblock.decode_pinblock_iso_2(HEX(block)),
    "decode_3": lambda block, pan: psec.pinblock.decode_pinblock_iso_3(HEX(block), pan),
    "encrypt_4": lambda key, pin, pan: psec.pinblock.encipher_pinblock_iso_4(HEX(key), pin, pan),
    "decrypt_4": lambda key, block, pan: psec.pinblock.decipher_pinblock_iso_4(HEX(key), HEX(block), pan),
    "cbc": lambda key, data, padding: psec.mac.generate_cbc_mac(HEX(key), HEX(data), padding),
    "cbc_aes": lambda key, data, padding: psec.mac.generate_cbc_mac(
        HEX(key), HEX(data), padding, algorithm=psec.mac.Algorithm.AES
    ),
    "retail": lambda key, data, padding: psec.mac.generate_retail_mac(
        HEX(key)[:8], HEX(key)[8:], HEX(data), padding
    ),
    "cvv": lambda key, pan, expiry, service: psec.cvv.generate_cvv(HEX(key), pan, expiry, service),
    "wrap": key_block,
    "unwrap": lambda kbpk, block: psec.tr31.unwrap(HEX(kbpk), block)[1],
    "initial": lambda bdk, ksn: pydukpt.derive_ipek(HEX(bdk), HEX(ksn)),
    "transaction": lambda key, ksn: pydukpt.derive_key(HEX(key), HEX(ksn)),
    "next": lambda ksn: pydukpt.next_ksn(HEX(ksn)),
    "data": lambda key, ksn: pydukpt.data_request_key(pydukpt.derive_key(HEX(key), HEX(ksn))),
    "card_a": lambda key, pan, sequence: kd.derive_icc_mk_a(HEX(key), pan, sequence),
    "card_b": lambda key, pan, sequence: kd.derive_icc_mk_b(HEX(key), pan, sequence),
    "session": lambda key, value: kd.derive_common_sk(HEX(key), HEX(value)),
    "tree": lambda key, counter, height, branches: kd.derive_emv2000_tree_sk(
        HEX(key), HEX(counter), height, branches
    ),
    "cryptogram": lambda key, data, padding: ac.generate_ac(HEX(key), HEX(data), PADDING[padding]),
    "arpc_1": lambda key, arqc, code: ac.generate_arpc_1(HEX(key), HEX(arqc), HEX(code)),
    "arpc_2": lambda key, arqc, status, own: ac.generate_arpc_2(HEX(key), HEX(arqc), HEX(status), HEX(own)),
}


def answer(name, *arguments):
    try:
        value = CALLS[name](*arguments)
    except (ValueError, TypeError, psec.tr31.KeyBlockError) as error:
        print(f"{name}: {type(error).__name__}", file=sys.stderr)
        return None
    return value.hex().upper() if isinstance(value, (bytes, bytearray)) else value


def main():
    for line in sys.stdin:
        print(json.dumps(answer(*json.loads(line))), flush=True)


main()
