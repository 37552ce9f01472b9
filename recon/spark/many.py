"""A day of forty merchants in three files: some sales are missing, doubled, reversed or not paid."""

import sys

folder = sys.argv[1]
switch = ["time,from,to,mti,de3,stan,rrn,amount,currency,response,approval,terminal,merchant,settlement_date"]
clearing = ["kind,rrn,stan,terminal,merchant,gross,fee,net,currency,settlement_date,payout"]
bank = ["booked,amount,currency,account,text"]
for merchant in range(40):
    paid = 0
    place = f"{20000000 + merchant},{898110159990000 + merchant}"
    for number in range(1, 26):
        amount = 100 + (merchant * 977 + number * 7919) % 99900
        rrn, stan = f"6075{merchant:02}{number:06}", f"{number:06}"
        time = f"2026-03-16T{9 + number // 4:02}:{number % 4 * 10:02}"
        switch.append(f"{time}:00+08:00,T,A,0200,000000,{stan},,{amount},CNY,,,{place},")
        switch.append(f"{time}:01+08:00,A,T,0210,000000,{stan},{rrn},{amount},CNY,00,A{number:05},{place},2026-03-16")
        if (merchant, number) == (7, 7):
            switch.append(f"{time}:30+08:00,T,A,0400,000000,{stan},,{amount},CNY,,,{place},")
            switch.append(f"{time}:31+08:00,A,T,0410,000000,{stan},{rrn},{amount},CNY,00,,{place},2026-03-16")
        fee = (amount * 60 + 5000) // 10000
        for _ in range({3: 0, 5: 2}.get((merchant + number) % 50, 1)):
            clearing.append(f"sale,{rrn},{stan},{place},{amount},{fee},{amount - fee},CNY,2026-03-16,PO-{merchant:03}")
            paid += amount - fee
    if merchant != 11:
        bank.append(f"2026-03-17,{paid - (merchant == 12)},CNY,ACC-1,PO-{merchant:03} POS")
bank.append("2026-03-17,12345,CNY,ACC-1,SOMETHING ELSE")
for name, lines in (("switch", switch), ("clearing", clearing), ("bank", bank)):
    with open(f"{folder}/{name}.csv", "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
