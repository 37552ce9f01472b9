-- Where a message begins and ends on a connection: the framings of `cardwire spec framings`.

local frames = {}

local big = function(width) return { base = 256, width = width } end
local BINARY2, BCD2 = big(2), { base = 100, width = 2 }
local function ascii(width) return { base = 10, width = width } end

frames.named = {
  ["binary2"] = { len = BINARY2 },
  ["binary2-inclusive"] = { len = BINARY2, itself = true },
  ["little2"] = { len = { base = 256, width = 2, little = true } },
  ["binary3"] = { len = big(3) },
  ["binary4"] = { len = big(4) },
  ["binary4-inclusive"] = { len = big(4), itself = true },
  ["ascii2"] = { len = ascii(2) },
  ["ascii3"] = { len = ascii(3) },
  ["ascii4"] = { len = ascii(4) },
  ["hex4"] = { len = { base = 16, width = 4 } },
  ["bcd2"] = { len = BCD2 },
  ["vap"] = { len = BINARY2, gap = { 0, 0 }, station = "base1" },
  ["binary2-zeros"] = { len = BINARY2, gap = { 0, 0 } },
  ["gicc"] = { lead = { 0, 0 }, len = BINARY2 },
  ["rbp"] = { lead = { 0xD0, 0x4A }, len = BINARY2, gap = { 0, 0 } },
  ["binary2-etx"] = { len = BINARY2, etx = 1, counts_etx = true },
  ["etx"] = { by = "etx", etx = 1 },
  ["stx-etx"] = { lead = { 2 }, by = "etx", etx = 2 },
  ["stx-bcd2-etx"] = { lead = { 2 }, len = BCD2, etx = 2 },
  ["unionpay"] = { len = BINARY2, station = "unionpay" },
  ["cups"] = { by = "cups", station = "cups" },
  ["none"] = { by = "input" },
}

local SIZES = { tpdu = 5, unionpay = 11, base1 = 22, cups = 46, base24 = 12 }
local LIMIT = 65535

-- The framing of a name such as `binary2+tpdu`, or nothing.
function frames.by_name(text)
  local name, station = text:match("^([^+]+)%+?(.*)$")
  local known = name and frames.named[name]
  if not known then return nil end
  local framing = {}
  for key, value in pairs(known) do framing[key] = value end
  if text:find("+", 1, true) then
    local number = station:match("^%d+$") and tonumber(station)
    if not SIZES[station] and not (number and number < 256) then return nil end
    if framing.by ~= "cups" then framing.station = SIZES[station] and station or number end
  end
  framing.size = SIZES[framing.station] or framing.station or 0
  return framing
end

local function refuse(at, say)
  error({ frame = true, text = string.format("frame at byte %d: %s", at, say) }, 0)
end

local SHAPE = "the frame header or trailer is malformed"

local function needs(at, needed, left)
  refuse(at, string.format("the value needs %d byte%s, %d %s left", needed, needed == 1 and "" or "s", left,
    left == 1 and "is" or "are"))
end

-- Stops the reading until so many octets are there.
local function more(r, to)
  if #r.text < to then error({ more = to - #r.text }, 0) end
end

local function expect(r, octets)
  for i, octet in ipairs(octets or {}) do
    local seen = r.text:byte(r.at + i)
    if not seen then more(r, r.at + #octets) end
    if seen ~= octet then refuse(r.at, SHAPE) end
  end
  r.at = r.at + #(octets or {})
end

local function digit(base, octet, at)
  if base == 256 then return octet end
  if base == 100 then
    if octet >= 0xA0 or octet % 16 > 9 then refuse(at, "expected a packed digit (0-9), found a nibble above 9") end
    return 10 * math.floor(octet / 16) + octet % 16
  end
  if base == 10 and octet >= 48 and octet <= 57 then return octet - 48 end
  if base == 10 then refuse(at, "expected a digit in the length prefix, found " .. cw.kind(octet)) end
  local value = cw.hex_value(octet)
  if not value then refuse(at, "expected a hexadecimal digit, found " .. cw.kind(octet)) end
  return value
end

local function number(text, from, len)
  local value = 0
  for i = 0, len.width - 1 do
    local at = len.little and from + len.width - 1 - i or from + i
    value = value * len.base + digit(len.base, text:byte(at + 1), at)
  end
  return value
end

local function admit(framing, size, at)
  if size > LIMIT then
    refuse(at, string.format("a frame of %d bytes exceeds the limit of %d", size, LIMIT))
  end
  if size > 0 and size < framing.size then needs(at, framing.size, size) end
end

-- The size of what a length announces, or nothing for a poll that ends here.
local function by_length(framing, r)
  local at, width = r.at, framing.len.width
  more(r, at + width)
  local value = number(r.text, at, framing.len)
  r.at = at + width
  local counted = (framing.itself and width or 0) + (framing.counts_etx and framing.etx or 0)
  if counted > 0 and value == 0 then
    expect(r, framing.gap)
    return nil
  end
  if value < counted then
    refuse(at, string.format("expected at least %d byte%s, found %d", counted, counted == 1 and "" or "s", value))
  end
  admit(framing, value - counted, at)
  expect(r, framing.gap)
  return value - counted
end

local function by_etx(framing, r)
  local at = r.text:find("\3", r.at + 1, true)
  local size = at and at - 1 - r.at
  if size and size <= LIMIT then
    admit(framing, size, r.at)
    return size
  end
  if #r.text - r.at <= LIMIT then error({ more = "some" }, 0) end
  refuse(r.at, string.format("a frame of %d bytes exceeds the limit of %d", LIMIT + 1, LIMIT))
end

local TOTAL = { base = 10, width = 4 }

local function by_cups(framing, r)
  more(r, r.at + 1)
  if r.text:byte(r.at + 1) ~= 0x2E then refuse(r.at, SHAPE) end
  more(r, r.at + 6)
  local total = number(r.text, r.at + 2, TOTAL)
  if total < framing.size then
    refuse(r.at + 2, string.format("expected at least %d bytes, found %d", framing.size, total))
  end
  admit(framing, total, r.at + 2)
  return total
end

local function by_input(framing, r, is_last)
  local size = #r.text - r.at
  if size > LIMIT then refuse(r.at, string.format("a frame of %d bytes exceeds the limit of %d", size, LIMIT)) end
  if not is_last or size == 0 then error({ more = "some" }, 0) end
  admit(framing, size, r.at)
  return size
end

local function xor(a, b)
  local value, bit = 0, 1
  for _ = 1, 8 do
    if a % 2 ~= b % 2 then value = value + bit end
    a, b, bit = math.floor(a / 2), math.floor(b / 2), 2 * bit
  end
  return value
end

local function base1_size(body, at, offset)
  local size = body:byte(at + 1) or SIZES.base1
  if size < SIZES.base1 then refuse(offset + at, SHAPE) end
  if #body - at < size then needs(offset + at, size, math.max(0, #body - at)) end
  return size
end

-- How many octets of a body are its station header.
local function station_size(framing, body, offset)
  local station = framing.station
  if #body < framing.size then needs(offset, framing.size, #body) end
  if station == "base1" then
    local size = base1_size(body, 0, offset)
    local is_reject = body:byte(1) >= 26 and #body >= 26 and body:byte(23) >= 0x80
    if is_reject then size = size + base1_size(body, size, offset) end
    if not is_reject and 256 * body:byte(4) + body:byte(5) ~= #body then refuse(offset + 3, SHAPE) end
    return size
  end
  if station == "cups" then
    if body:byte(1) ~= 0x2E then refuse(offset, SHAPE) end
    for i = 2, 5 do digit(10, body:byte(i + 1), offset + i) end
    if number(body, 2, TOTAL) ~= #body then refuse(offset + 2, SHAPE) end
  end
  if station == "base24" and body:sub(1, 3) ~= "ISO" then refuse(offset, SHAPE) end
  return framing.size
end

-- The frame at the start of a text: where its body begins, its station header, its message, and how many octets it
-- takes. Or nothing and how many more octets are needed, or nothing and why there can be no frame.
function frames.split(framing, text, is_last)
  local r = { text = text, at = 0 }
  local function all()
    expect(r, framing.lead)
    local size
    if framing.by == "etx" then
      size = by_etx(framing, r)
    elseif framing.by == "cups" then
      size = by_cups(framing, r)
    elseif framing.by == "input" then
      size = by_input(framing, r, is_last)
    else
      size = by_length(framing, r)
    end
    if not size then return { body = r.at, station = 0, size = 0, taken = r.at } end
    local from = r.at
    more(r, from + size)
    r.at = from + size
    if framing.etx then expect(r, { 3 }) end
    if framing.etx == 2 then
      more(r, r.at + 1)
      local check = 0
      for i = #(framing.lead or {}) + 1, r.at do check = xor(check, text:byte(i)) end
      if text:byte(r.at + 1) ~= check then refuse(r.at, "the check character does not match") end
      r.at = r.at + 1
    end
    local body = text:sub(from + 1, from + size)
    local station = size > 0 and station_size(framing, body, from) or 0
    if station > size then needs(from, station, size) end
    return { body = from, station = station, size = size, taken = r.at }
  end
  local done, found = pcall(all)
  if done then return found end
  if type(found) ~= "table" then error(found, 0) end
  if found.more then return nil, found.more end
  return nil, nil, found.text
end
