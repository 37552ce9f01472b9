#!/usr/bin/env python3
"""Uses the page as people do, in headless Chromium, and holds it to what the command prints.

    web/test.py [FILE]      target/cardwire.html, or FILE

Needs the Debian packages chromium and chromium-driver, the package selenium of PyPI, and the command: `CARDWIRE` names
it, or cargo builds it. Pictures are left in target/pictures.
"""

import os
import random
import re
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
PAGE = Path(sys.argv[1] if len(sys.argv) > 1 else HERE / "target/cardwire.html").resolve()
PICTURES = HERE / "target/pictures"
CARDS = ["4111111111111111", "6212345678901232", "5555444433331111", "4242424242424242"]
SEED = int(os.environ.get("CARDWIRE_SEED", "1"))


def cardwire(*arguments):
    """What the command prints."""
    program = [os.environ["CARDWIRE"]] if "CARDWIRE" in os.environ else [
        "cargo", "run", "--quiet", "--manifest-path", str(ROOT / "Cargo.toml"), "--features", "cli", "--"]
    done = subprocess.run([*program, "--lang", "en", *arguments], capture_output=True, text=True, timeout=600)
    return done.stdout


def golden():
    """Each golden message: its spec, and its octets."""
    for path in sorted((ROOT / "tests/golden").glob("*.txt")):
        for name, digits in re.findall(r"^\[([\w-]+)\]\n((?:[0-9A-F]+\n)+)", path.read_text(), re.M):
            yield name, bytes.fromhex(digits.replace("\n", ""))


class Browser:
    """The page in a browser."""

    def __init__(self):
        options = webdriver.ChromeOptions()
        for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"):
            options.add_argument(argument)
        options.binary_location = shutil.which("chromium") or shutil.which("chromium-browser")
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        service = webdriver.ChromeService(shutil.which("chromedriver"))
        self.driver = webdriver.Chrome(options=options, service=service)
        self.driver.set_script_timeout(120)
        self.size(1500, 1000)
        self.load()

    def size(self, width, height):
        self.driver.set_window_size(width, height)

    def load(self):
        self.driver.get(PAGE.as_uri())
        WebDriverWait(self.driver, 60).until(lambda driver: driver.execute_script("return document.body.dataset.ready"))

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def find(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def paste(self, text, spec="", framing=""):
        self.run("""
            pick("spec", arguments[1]); pick("framing", arguments[2]);
            document.getElementById("input").value = arguments[0]; typed();""", text, spec, framing)

    def rows(self):
        """The listing as it stands there: the text of each cell."""
        return self.run("return [...document.querySelectorAll('#rows tr')].map(r => [...r.cells].map(c => c.textContent))")

    def shown(self):
        """All text of the page but what was pasted."""
        return self.run("return document.body.innerText")

    def status(self):
        return self.find("#status").text

    def upload(self, selector, path):
        self.find(selector).send_keys(str(path))

    def picture(self, name):
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.driver.save_screenshot(str(PICTURES / f"{name}.png"))


def test_the_listing_is_that_of_the_command(browser):
    count = 0
    for spec, message in golden():
        browser.paste(message.hex(), spec)
        lines = cardwire("decode", "-s", spec, "-m", message.hex()).splitlines()
        rows = browser.rows()
        expected = [line for line in lines[1:] if line.strip()]
        assert len(rows) == len(expected), (spec, len(rows), len(expected))
        for (key, name, notation, value, meaning), line in zip(rows, expected):
            words = f"{key.strip()} {name} {notation} {value} {meaning}".split()
            assert line.split() == words, (spec, line, words)
        assert browser.find("#title").text in lines[0]
        count += 1
    assert count > 60, count
    return f"{count} messages"


def test_the_octets_are_those_of_the_command(browser):
    octets = "return [...document.querySelectorAll('#dump .row')].map(r => r.querySelector('.octets').textContent)"
    for spec, message in list(golden())[::5]:
        browser.paste(message.hex(), spec)
        lines = cardwire("decode", "-s", spec, "-f", "hexdump", "-m", message.hex()).splitlines()
        expected = [line[6:53].strip() for line in lines if re.match(r"[0-9A-F]{4}  ", line)]
        assert browser.run(octets) == expected, spec


def test_what_is_pasted_in_any_form_is_read(browser):
    spec, message = next(found for found in golden() if found[0] == "iso87-ascii")
    import base64
    xml = cardwire("decode", "-s", spec, "-f", "isomsg", "--expose", "-m", message.hex())
    line = cardwire("decode", "-s", spec, "-f", "ndjson", "--expose", "-m", message.hex())
    dump = "\n".join(f"{at:04x}  " + message[at:at + 16].hex(" ") for at in range(0, len(message), 16))
    browser.paste(message.hex(), spec)
    rows = browser.rows()
    assert len(rows) > 5
    forms = {"text": message.decode("latin1"), "base64": base64.b64encode(message).decode(), "dump": dump, "isomsg": xml, "JSON": line}
    for form, text in forms.items():
        browser.paste(text, spec)
        assert browser.rows() == rows, (form, browser.status())
    return ", ".join(forms)


def test_the_spec_is_found(browser):
    browser.find("[data-sample=terminal]").click()
    assert "unionpay-pos" in browser.status() and "binary2+tpdu" in browser.status(), browser.status()
    browser.picture("terminal")
    browser.find("[data-sample=broken]").click()
    assert "1 broken" in browser.status()
    assert "field 35" in browser.find("#wrong").text
    assert browser.find("#probe").get_attribute("open")
    browser.picture("broken")


def test_octets_and_elements_mark_each_other(browser):
    browser.find("[data-sample=sale]").click()
    lit = "return [...document.querySelectorAll('.octet.on')].map(o => o.textContent).join(' ')"
    row = next(row for row in browser.driver.find_elements(By.CSS_SELECTOR, "#rows tr") if "Merchant type" in row.text)
    ActionChains(browser.driver).move_to_element(row).perform()
    assert browser.run(lit) == "35 34 31 31", browser.run(lit)
    browser.picture("marked")
    octet = browser.driver.find_elements(By.CSS_SELECTOR, "#dump .octet")[0x26 + 2]
    ActionChains(browser.driver).move_to_element(octet).perform()
    assert "From account type" in browser.find("#rows tr.on").text


def test_the_keyboard_is_enough(browser):
    browser.find("[data-sample=sale]").click()
    browser.find("#rows tr").send_keys(Keys.ARROW_DOWN, Keys.ARROW_DOWN)
    assert "Transaction type" in browser.find("#rows tr.on").text
    dump = browser.find("#dump")
    dump.send_keys(Keys.HOME, Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.ARROW_RIGHT)
    assert "2 Primary account number" in browser.find("#cursor").text, browser.find("#cursor").text
    reached = set()
    browser.run("document.activeElement.blur()")
    for _ in range(40):
        ActionChains(browser.driver).send_keys(Keys.TAB).perform()
        reached.add(browser.run("const e = document.activeElement; return e.id || e.dataset.sample || e.tagName"))
    assert {"language", "input", "file", "spec", "own", "framing", "clear", "sale", "empty", "dump", "TR", "SUMMARY"} <= reached, reached


def test_every_control_has_a_name(browser):
    for element in browser.driver.find_elements(By.CSS_SELECTOR, "button, input, select, textarea, [tabindex='0'][role]"):
        if element.is_displayed():
            assert element.accessible_name.strip(), element.get_attribute("outerHTML")


def test_files_are_read(browser):
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        spec, message = next(found for found in golden() if found[0] == "iso87-bcd")
        capture = folder / "day.pcap"
        capture.write_bytes(pcap([struct.pack(">H", len(message)) + message] * 3))
        browser.load()
        browser.upload("#file", capture)
        wait(browser, "3 messages, 0 broken")
        assert len(browser.driver.find_elements(By.CSS_SELECTOR, "#list li")) == 3
        browser.picture("capture")
        assert "packet" in browser.find("#list li").text
        convert = ("spec", "convert", "iso87-ascii", "--to")
        specs = {"mine.toml": cardwire(*convert, "toml"), "mine.json": cardwire(*convert, "moov"), "jpos.xml": JPOS, "links.xml": J8583}
        for name, text in specs.items():
            (folder / name).write_text(text)
            for way in ("#own", "#file"):
                browser.load()
                browser.upload(way, folder / name)
                wait(browser, "Your spec is read")
                browser.paste("0800" + "0020000000000000" + "123456", "*")
                assert [row[3] for row in browser.rows()] == ["123456"], (name, browser.status())
    return "a capture, specs in four formats"


JPOS = """<?xml version="1.0"?><!DOCTYPE isopackager PUBLIC "-//jPOS/jPOS Generic Packager DTD 1.0//EN" "x.dtd">
<isopackager>
  <isofield id="0" length="4" name="MTI" class="org.jpos.iso.IFA_NUMERIC"/>
  <isofield id="1" length="16" name="BIT MAP" class="org.jpos.iso.IFA_BITMAP"/>
  <isofield id="11" length="6" name="STAN" class="org.jpos.iso.IFA_NUMERIC"/>
</isopackager>"""
J8583 = """<?xml version="1.0"?><!DOCTYPE j8583-config PUBLIC "-//J8583//DTD CONFIG 1.0//EN" "j8583.dtd">
<j8583-config><parse type="0800"><field num="11" type="NUMERIC" length="6"/></parse></j8583-config>"""


def test_card_data_is_masked_unless_asked_for(browser):
    for spec, message in golden():
        browser.paste(message.hex(), spec)
        assert not leaks(browser.shown()), spec
    browser.find("[data-sample=sale]").click()
    assert "411111******1111" in browser.shown()
    browser.find("#clear").click()
    assert "4111111111111111" in browser.shown()
    browser.find("#empty").click()
    assert not browser.find("#clear").is_selected()


def test_card_data_is_masked_where_a_message_is_misread(browser):
    """Every golden message by every spec, whole and spoilt: responses and not only what is shown of them."""
    specs = browser.run("return ask({ask: 'choices'}).specs")
    draw = random.Random(SEED)
    count = 0
    for _, message in golden():
        spoilt = bytearray(message)
        for _ in range(3):
            spoilt[draw.randrange(4, len(spoilt))] = draw.randrange(256)
        texts = browser.run("""
            const out = [];
            for (const spec of arguments[1]) for (const digits of arguments[0]) {
                const body = new TextEncoder().encode(digits), head = {spec, name: "x"};
                out.push(JSON.stringify(ask({ask: "read", ...head}, body)) + JSON.stringify(ask({ask: "show", index: 0})));
            }
            return out.map(text => text.replace(/"octets":\\[([^\\]]*)\\]/g, (_, octets) => octets.replace(/[",]/g, "")));""",
            [message.hex(), bytes(spoilt).hex()], specs)
        for text in texts:
            count += 1
            assert not leaks(text), text[:300]
    return f"{count} readings"


def leaks(text):
    """Whether a card number is in a text, as its digits or as the digits of its octets."""
    plain = re.sub(r"[\s*|]", "", text)
    forms = [form for card in CARDS for form in (card, card.encode().hex(), bytes(0xF0 | int(c) for c in card).hex())]
    return any(form in plain or form.upper() in plain for form in forms)


def test_hostile_input_does_no_harm(browser):
    draw = random.Random(SEED)
    inputs = []
    messages = list(golden())
    for _ in range(600):
        spec, message = draw.choice(messages)
        spoilt = bytearray(message)
        for _ in range(draw.randrange(1, 9)):
            spoilt[draw.randrange(len(spoilt))] = draw.randrange(256)
        inputs.append((spec, bytes(spoilt[: draw.randrange(1, len(spoilt) + 1)]).hex()))
    inputs += [(spec, bytes(draw.randrange(256) for _ in range(draw.randrange(200))).hex()) for spec, _ in messages]
    faults = browser.run("""
        let faults = 0;
        for (const [spec, digits] of arguments[0]) {
            const octets = Uint8Array.from(digits.match(/../g) || [], pair => parseInt(pair, 16));
            for (const body of [new TextEncoder().encode(digits), octets])
                for (const head of [{ask: "read", spec}, {ask: "probe"}, {ask: "show", index: 0, clear: true}, {ask: "spec", name: "x"}])
                    if (ask({name: "x", ...head}, body).error === WORDS.en.fault) faults++;
        }
        return faults;""", inputs)
    assert faults == 0, faults
    return f"{len(inputs)} inputs, eight requests each"


def test_names_of_a_spec_are_text_and_nothing_else(browser):
    toml = cardwire("spec", "convert", "iso87-ascii", "--to", "toml").replace("Systems trace audit number (STAN)", "<img src=x onerror=document.title=1>")
    assert "onerror" in toml
    browser.load()
    browser.run("""ask({ask: "spec", name: "x"}, new TextEncoder().encode(arguments[0])); ownName = "x"; choices();""", toml)
    browser.paste("0800" + "0020000000000000" + "123456", "*")
    assert browser.run("return document.querySelectorAll('img').length") == 0
    assert browser.rows()[0][1].startswith("<img"), browser.rows()


def test_nothing_can_leave_the_machine(browser):
    heard = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        server.settimeout(0.2)
        ended = threading.Event()

        def listen():
            while not ended.is_set():
                try:
                    with server.accept()[0] as stream:
                        stream.settimeout(1)
                        heard.append(stream.recv(4096))
                except TimeoutError:
                    pass

        thread = threading.Thread(target=listen)
        thread.start()
        browser.load()
        refused = browser.driver.execute_async_script("""
            const done = arguments[arguments.length - 1], to = "127.0.0.1:" + arguments[0], refused = [];
            document.addEventListener("securitypolicyviolation", event => refused.push(event.effectiveDirective));
            fetch("http://" + to).catch(() => 0);
            try { const x = new XMLHttpRequest(); x.open("GET", "http://" + to); x.send(); } catch (e) {}
            try { new WebSocket("ws://" + to); } catch (e) {}
            try { new EventSource("http://" + to); } catch (e) {}
            try { new Worker("data:text/javascript,fetch('http://" + to + "')"); } catch (e) {}
            navigator.sendBeacon("http://" + to, "x");
            for (const [name, key] of [["img", "src"], ["iframe", "src"], ["script", "src"], ["video", "src"], ["object", "data"], ["embed", "src"]]) {
                const element = document.createElement(name); element[key] = "http://" + to + "/x"; document.body.append(element);
            }
            const link = document.createElement("link"); link.rel = "stylesheet"; link.href = "http://" + to; document.head.append(link);
            const style = document.createElement("style"); style.textContent = "body{background:url(http://" + to + ")}"; document.head.append(style);
            const form = document.createElement("form"); form.action = "http://" + to; form.method = "post"; document.body.append(form); form.submit();
            setTimeout(() => done(refused), 1500);""", port)
        ended.set()
        thread.join()
    # a browser may open a connection that it then does not use: it carries nothing
    assert not any(heard), heard
    for directive in ("connect-src", "img-src", "frame-src", "script-src-elem", "media-src", "object-src", "style-src-elem", "form-action"):
        assert directive in refused, (directive, refused)
    browser.load()
    assert browser.run("return WebAssembly.Module.imports(compiled).length") == 0
    assert browser.run("return localStorage.length + sessionStorage.length + document.cookie.length") == 0
    return f"{len(refused)} ways refused"


def test_it_speaks_chinese(browser):
    browser.load()
    browser.find("[data-sample=broken]").click()
    browser.find("#language").click()
    assert browser.run("return document.documentElement.lang") == "zh"
    assert "1条报文，1条有误" in browser.status() and "域35" in browser.find("#wrong").text
    assert "主账号" in browser.shown()
    keys = browser.run("return [Object.keys(WORDS.en).sort(), Object.keys(WORDS.zh).sort()]")
    assert keys[0] == keys[1]
    browser.picture("chinese")
    browser.find("#language").click()


def test_a_phone_is_wide_enough(browser):
    browser.load()
    browser.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": 360, "height": 780, "deviceScaleFactor": 2, "mobile": True})
    for sample in ("sale", "broken"):
        browser.find(f"[data-sample={sample}]").click()
        width, visible = browser.run("return [document.scrollingElement.scrollWidth, innerWidth]")
        assert width <= visible, (sample, width, visible)
        browser.run("document.getElementById('title').scrollIntoView()")
        browser.picture(f"phone-{sample}")
    browser.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def wait(browser, text):
    WebDriverWait(browser.driver, 20).until(lambda _: text in browser.status(), browser.status())


def pcap(frames):
    """A capture of one connection, a frame in a packet."""
    out = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
    sequence = 1000
    for index, frame in enumerate(frames):
        tcp = struct.pack(">HHIIBBHHH", 40000, 5000, sequence, 1, 5 << 4, 0x18, 8192, 0, 0) + frame
        ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), index, 0, 64, 6, 0, bytes([10, 0, 0, 1]), bytes([10, 0, 0, 2]))
        packet = bytes(12) + b"\x08\x00" + ip + tcp
        out += struct.pack("<IIII", 1795000000 + index, 0, len(packet), len(packet)) + packet
        sequence += len(frame)
    return out


def main():
    browser = Browser()
    failed = 0
    tests = [(name, test) for name, test in globals().items() if name.startswith("test_")]
    try:
        for name, test in tests:
            browser.load()
            try:
                note = test(browser)
                print(f"ok      {name[5:].replace('_', ' ')}" + (f": {note}" if note else ""), flush=True)
            except Exception as fault:  # a test that fails does not hide the others
                failed += 1
                print(f"FAILED  {name[5:].replace('_', ' ')}: {type(fault).__name__}: {fault}", flush=True)
    finally:
        browser.driver.quit()
    print(f"{len(tests) - failed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
