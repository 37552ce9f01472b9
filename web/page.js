"use strict";

// What is said, in each language. The module says the rest.
const WORDS = {
  en: {
    tag: "ISO 8583, decoded in this page. Nothing that you paste leaves this machine: the page may not connect to anything.",
    input: "Message", hint: "Paste hexadecimal digits, text, a hexdump, base64, <isomsg> or JSON, or drop a file: a capture, a log, a spec",
    open: "Open a file…", spec: "Spec", own: "Your spec…", framing: "Framing", clear: "Show card data",
    samples: "Try:", empty: "Clear", find: "find it", probe: "What explains it", score: "Score", around: "Around messages", wrong: "First that does not fit",
    list: "Messages", listing: "Elements", field: "Field", name: "Name", notation: "Form", value: "Value", meaning: "Meaning",
    dump: "Octets", dumpHelp: "Octets of the message; arrow keys move from one to the next", use: "Use",
    sale: "an authorization", terminal: "a UnionPay sale in its frame", broken: "a message that is cut off",
    reading: "Reading…", nothing: "", samplesName: "Examples",
    read: (r) => `${r.total} ${r.total === 1 ? "message" : "messages"}, ${r.broken} broken; read as ${r.spec}` + (r.framing ? `, framing ${r.framing}` : "") + (r.found ? " (found by looking at the octets)" : ""),
    kept: (n) => `; the first ${n} are listed`,
    large: "The file is larger than 64 MiB: use the command cardwire.",
    ownRead: (name) => `Your spec is read: ${name}`,
    more: (n) => `${n} more are not shown here`,
    at: (at, name) => `byte ${at}: ${name}`,
    fault: "The page met a fault of its own and started again. Please report what you did; do not send card data.",
  },
  zh: {
    tag: "在本页中解码ISO 8583报文。粘贴的内容不会离开这台机器：本页不能建立任何连接。",
    input: "报文", hint: "粘贴十六进制、文本、十六进制转储、base64、<isomsg>或JSON，也可拖入文件：抓包、日志、规范",
    open: "打开文件…", spec: "规范", own: "自己的规范…", framing: "帧格式", clear: "显示卡数据",
    samples: "示例：", empty: "清空", find: "自动识别", probe: "可能的解释", score: "得分", around: "报文之外", wrong: "首个不符之处",
    list: "报文列表", listing: "各域", field: "域", name: "名称", notation: "格式", value: "值", meaning: "含义",
    dump: "字节", dumpHelp: "报文的字节；用方向键逐个移动", use: "采用",
    sale: "一条授权报文", terminal: "带帧的银联消费", broken: "被截断的报文",
    reading: "正在读取…", nothing: "", samplesName: "示例",
    read: (r) => `${r.total}条报文，${r.broken}条有误；规范${r.spec}` + (r.framing ? `，帧格式${r.framing}` : "") + (r.found ? "（由字节识别）" : ""),
    kept: (n) => `；列出前${n}条`,
    large: "文件超过64 MiB：请使用命令cardwire。",
    ownRead: (name) => `已读取规范：${name}`,
    more: (n) => `另有${n}项未在此显示`,
    at: (at, name) => `第${at}字节：${name}`,
    fault: "本页自身出错，已重新启动。请报告操作步骤，勿发送卡数据。",
  },
};

// Test cards only.
const SAMPLES = {
  sale: "@sale@",
  terminal: "@terminal@",
  broken: "@broken@",
};

const OWN = "*";
const MOST_OCTETS = 64 << 20, MOST_ROWS = 2000;
const $ = (id) => document.getElementById(id);
const make = (name, text, kind) => {
  const element = document.createElement(name);
  if (text !== undefined) element.textContent = text;
  if (kind) element.className = kind;
  return element;
};

let language = (navigator.language || "").startsWith("zh") ? "zh" : "en";
let octets = new Uint8Array(), fileName = "input", ownName = null, ownOctets = null, index = 0, shown = null;
const say = () => WORDS[language];

// The module: a request goes into its memory, a response comes out. It imports nothing.
let compiled, module;
async function load() {
  const packed = Uint8Array.from(atob($("module").textContent.trim()), (c) => c.charCodeAt(0));
  const plain = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  compiled = await WebAssembly.compile(await new Response(plain).arrayBuffer());
  start();
}
const start = () => { module = new WebAssembly.Instance(compiled, {}).exports; };

function ask(head, body = new Uint8Array()) {
  const line = new TextEncoder().encode(JSON.stringify({ lang: language, ...head }) + "\n");
  try {
    const at = module.room(line.length + body.length);
    const room = new Uint8Array(module.memory.buffer, at, line.length + body.length);
    room.set(line);
    room.set(body, line.length);
    const length = module.run();
    return JSON.parse(new TextDecoder().decode(new Uint8Array(module.memory.buffer, module.response(), length)));
  } catch (fault) {
    start();
    if (ownOctets && head.ask !== "spec") ask({ ask: "spec", name: ownName }, ownOctets);
    return { error: say().fault };
  }
}

function tell(words, kind) {
  $("status").textContent = words;
  $("status").className = kind || "";
}

// Reads what is there, and shows the first message of it.
function read() {
  for (const id of ["probe", "list", "message"]) $(id).hidden = true;
  shown = null;
  if (octets.length === 0) return tell("");
  const chosen = { name: fileName, spec: $("spec").value || null, framing: $("framing").value || null };
  const reading = ask({ ask: "read", ...chosen }, octets);
  if (reading.error) {
    tell(reading.error, "wrong");
  } else {
    const kept = reading.list.length < reading.total ? say().kept(reading.list.length) : "";
    tell(say().read(reading) + kept + (reading.skipped ? "; " + reading.skipped : ""), reading.broken ? "wrong" : "fine");
    list(reading.list);
    show(Math.min(index, reading.list.length - 1));
  }
  explain(chosen, Boolean(reading.error || reading.broken));
}

// What explains the octets: open where a choice is to be made.
function explain(chosen, isOpen) {
  const { explanations = [] } = ask({ ask: "probe", ...chosen, spec: null }, octets);
  $("probe").open = isOpen;
  $("explanations").replaceChildren(...explanations.map((one) => {
    const row = make("tr");
    const wrong = make("td", one.complete ? "✓" : one.wrong || "", one.complete ? "fine" : "wrong");
    for (const hint of one.hints) wrong.append(make("div", "→ " + hint, "faint"));
    const use = make("button", say().use);
    use.setAttribute("aria-label", `${say().use} ${one.name}`);
    use.onclick = () => { $("spec").value = one.spec; pick("framing", one.framing || ""); read(); };
    const last = make("td");
    last.append(use);
    row.append(make("td", one.name, "key"), make("td", String(one.score)), make("td", one.around), wrong, last);
    return row;
  }));
  $("probe").hidden = explanations.length === 0;
}

function list(messages) {
  $("list").hidden = messages.length < 2;
  if (messages.length < 2) { index = 0; return; }
  $("list").querySelector("ol").replaceChildren(...messages.map((one, at) => {
    const item = make("li"), button = make("button", `${one.title}  ${one.at}`, one.wrong ? "wrong" : "");
    button.onclick = () => show(at);
    item.append(button);
    return item;
  }));
}

function show(at) {
  index = at;
  $("list").querySelectorAll("button").forEach((button, n) => button.setAttribute("aria-current", String(n === at)));
  const message = ask({ ask: "show", index: at, clear: $("clear").checked });
  if (message.error) return tell(message.error, "wrong");
  $("message").hidden = false;
  $("title").textContent = message.title || message.at;
  $("wrong").hidden = !message.wrong;
  $("wrong").textContent = message.wrong || "";
  $("hints").replaceChildren(...(message.hints || []).map((hint) => make("li", "→ " + hint)));
  shown = { rows: message.rows || [], octets: new Map() };
  $("rows").replaceChildren(...shown.rows.slice(0, MOST_ROWS).map(row), ...rest(shown.rows.length, 5));
  $("dump").replaceChildren(...dumped(message.dump || []));
  $("cursor").textContent = "";
}

const rest = (count, columns) => {
  if (count <= MOST_ROWS) return [];
  const line = make("tr"), cell = make("td", say().more(count - MOST_ROWS));
  cell.colSpan = columns;
  line.append(cell);
  return [line];
};

function row(one, at) {
  const line = make("tr");
  line.tabIndex = at === 0 ? 0 : -1;
  line.append(
    make("td", "  ".repeat(one.depth) + one.key, "key"), make("td", one.name), make("td", one.notation, "notation"),
    make("td", one.value, one.hidden ? "value hidden" : "value"), make("td", one.meaning, "meaning"));
  line.onpointerenter = line.onfocus = () => mark(one.from, one.to, at);
  one.line = line;
  return line;
}

// The rows of the hexdump. Each octet knows where it lies.
function dumped(rows) {
  let name = "";
  const lines = rows.slice(0, MOST_ROWS).map((one) => {
    if (one.name) name = one.name;
    const line = make("div", undefined, one.name ? "row first" : "row");
    const octets = make("span", undefined, "octets"), characters = make("span", undefined, "characters");
    one.octets.forEach((octet, n) => {
      const at = one.from + n, pair = make("span", octet === null ? "**" : octet, "octet"), character = make("span", one.characters[n], "character");
      pair.onpointerenter = () => point(at);
      if (n) octets.append(" ");
      octets.append(pair);
      characters.append(character);
      shown.octets.set(at, { pair, character, name });
    });
    line.append(make("span", one.from.toString(16).toUpperCase().padStart(4, "0"), "place"), octets, characters, make("span", one.name || "", "name"));
    return line;
  });
  if (rows.length > MOST_ROWS) lines.push(make("div", say().more(rows.length - MOST_ROWS)));
  return lines;
}

// Marks the octets from one place up to another, and the row that they belong to.
function mark(from, to, at) {
  document.querySelectorAll(".on, .at").forEach((element) => element.classList.remove("on", "at"));
  for (let place = from; place < to; place++) {
    const octet = shown.octets.get(place);
    if (!octet) break;
    octet.pair.classList.add("on");
    octet.character.classList.add("on");
  }
  shown.rows[at]?.line?.classList.add("on");
}

// Points at an octet: its element, or the innermost part of it, is marked.
let cursor = 0;
function point(at) {
  const octet = shown?.octets.get(at);
  if (!octet) return;
  cursor = at;
  let inner = -1;
  shown.rows.forEach((row, n) => { if (row.from <= at && at < row.to && (inner < 0 || row.depth >= shown.rows[inner].depth)) inner = n; });
  const row = shown.rows[inner];
  mark(row ? row.from : at, row ? row.to : at + 1, inner);
  octet.pair.classList.add("at");
  $("cursor").textContent = say().at(at, row ? `${row.key} ${row.name}` : octet.name);
}

$("dump").onkeydown = (event) => {
  const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 16, ArrowUp: -16, Home: -Infinity, End: Infinity }[event.key];
  if (!step || !shown) return;
  event.preventDefault();
  point(Math.max(0, Math.min(shown.octets.size - 1, cursor + step)));
  shown.octets.get(cursor)?.pair.scrollIntoView({ block: "nearest", inline: "nearest" });
};
$("rows").onkeydown = (event) => {
  const to = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
  const next = to && event.target.closest("tr")?.[to];
  if (!next) return;
  event.preventDefault();
  event.target.closest("tr").tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
};

// What a select has not yet is put there: a framing with a header, say.
function pick(id, value) {
  const select = $(id);
  if (![...select.options].some((option) => option.value === value)) select.append(new Option(value, value));
  select.value = value;
}

function choices() {
  const { specs, framings } = ask({ ask: "choices" });
  const fill = (id, options) => {
    const before = $(id).value;
    $(id).replaceChildren(new Option(say().find, ""), ...options);
    pick(id, before);
  };
  const own = ownName ? [new Option(ownName, OWN)] : [];
  fill("spec", [...own, ...specs.map((name) => new Option(name, name))]);
  fill("framing", framings.map((one) => { const option = new Option(one.name, one.name); option.title = one.summary; return option; }));
}

function speak() {
  document.documentElement.lang = language;
  document.querySelectorAll("[data-say]").forEach((element) => { element.textContent = say()[element.dataset.say]; });
  document.querySelectorAll("[data-sample]").forEach((element) => { element.textContent = say()[element.dataset.sample]; });
  document.querySelector("[data-name=samples]").setAttribute("aria-label", say().samplesName);
  $("dump").setAttribute("aria-label", say().dumpHelp);
  $("input").placeholder = say().hint;
  const other = language === "en" ? "zh" : "en";
  $("language").textContent = other === "zh" ? "中文" : "English";
  $("language").lang = other;
  choices();
}

// A file: a spec where it looks like one, and messages else.
async function take(file, asSpec) {
  if (file.size > MOST_OCTETS) return tell(say().large, "wrong");
  tell(say().reading);
  const content = new Uint8Array(await file.arrayBuffer());
  const begin = new TextDecoder("latin1").decode(content.subarray(0, 1 << 16));
  const isSpec = /\.toml$/i.test(file.name) || (/^\s*(\uFEFF|ï»¿)?\s*</.test(begin) && /<(isopackager|isofield|j8583-config)/.test(begin)) || (/^\s*\{/.test(begin) && /"fields"\s*:\s*\{/.test(begin));
  if (!asSpec && !isSpec) {
    [octets, fileName, index] = [content, file.name, 0];
    $("input").value = "";
    return read();
  }
  const own = ask({ ask: "spec", name: file.name.replace(/\.[^.]*$/, "") }, content);
  if (own.error) return tell(own.error, "wrong");
  [ownName, ownOctets] = [own.name, content];
  choices();
  $("spec").value = OWN;
  read();
  if (octets.length === 0) tell(say().ownRead(own.name), "fine");
}

function typed() {
  [octets, fileName, index] = [new TextEncoder().encode($("input").value), "input", 0];
  read();
}

let pause;
$("input").oninput = () => { clearTimeout(pause); pause = setTimeout(typed, 120); };
$("spec").onchange = $("framing").onchange = read;
$("clear").onchange = () => { if (shown) show(index); };
$("file").onchange = (event) => { const [file] = event.target.files; event.target.value = ""; if (file) take(file, false); };
$("own").onchange = (event) => { const [file] = event.target.files; event.target.value = ""; if (file) take(file, true); };
$("empty").onclick = () => { $("input").value = ""; $("clear").checked = false; typed(); $("input").focus(); };
$("language").onclick = () => { language = language === "en" ? "zh" : "en"; speak(); read(); };
document.querySelectorAll("[data-sample]").forEach((button) => {
  button.onclick = () => {
    $("spec").value = $("framing").value = "";
    $("input").value = SAMPLES[button.dataset.sample];
    typed();
  };
});
document.ondragover = (event) => { event.preventDefault(); $("source").classList.add("over"); };
document.ondragleave = () => $("source").classList.remove("over");
document.ondrop = (event) => {
  event.preventDefault();
  $("source").classList.remove("over");
  const [file] = event.dataTransfer.files;
  if (file) take(file, false);
};

load().then(() => { speak(); document.body.dataset.ready = "true"; });
