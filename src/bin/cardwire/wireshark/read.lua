-- Messages read by the spec, every octet checked, and what is wrong in the words of `cardwire decode`.

local reader = {}
local floor = math.floor

local UNITS = { n = "digit", h = "hexadecimal digit", b = "octet" }

local function count(number, unit)
  return string.format("%d %s%s", number, unit, number == 1 and "" or "s")
end

local function unit_of(e)
  return UNITS[e.c] or "character"
end

-- Stops the reading; caught where the message began to be read.
local function fail(at, say)
  error({ at = at, say = say, parts = {} }, 0)
end

local function truncated(at, needed, left)
  fail(at, string.format("the value needs %s, %d %s left", count(needed, "byte"), left, left == 1 and "is" or "are"))
end

-- Runs a step; what fails in it lies in that part, or in that place.
local function within(part, place, step, ...)
  local done = { pcall(step, ...) }
  if done[1] then return done[2], done[3], done[4], done[5] end
  local why = done[2]
  if type(why) == "table" then
    if part then table.insert(why.parts, 1, part) end
    if place then why.place = place end
  end
  error(why, 0)
end

local function at_of(r) return cw.place(r.w, r.at) end
local function left_of(r) return math.max(0, r.stop - r.at) end

local function new(w, at)
  return { w = w, at = at, stop = w.n, led = false }
end

local function take(r, len)
  if left_of(r) < len then truncated(at_of(r), len, left_of(r)) end
  local taken = cw.slice(r.w, r.at, len)
  r.at = r.at + len
  return taken
end

local function finish(r)
  local left = left_of(r)
  if left > 0 then fail(at_of(r), string.format("expected the end, found %d more byte%s", left, left == 1 and "" or "s")) end
end

local function latin(page, octet)
  return page and cw.page(page)[octet] or octet
end

local function ber(w, start)
  local left = math.max(0, w.n - start)
  if left == 0 then truncated(cw.place(w, start), 1, 0) end
  local first = w.b[start]
  if first < 0x80 then return first, 1 end
  if first < 0x81 or first > 0x84 then
    fail(cw.place(w, start), "expected a definite BER length of at most four octets")
  end
  local width = 1 + first - 0x80
  if left < width then truncated(cw.place(w, start), width, left) end
  local number = 0
  for i = start + 1, start + width - 1 do number = 256 * number + w.b[i] end
  return number, width
end

-- The number of a length prefix, and how many octets the prefix takes.
local function prefix_at(w, start, p)
  if p.c == "ber" then return ber(w, start) end
  local width = p.w
  if p.c == "bcd" then width = floor((p.w + 1) / 2) elseif p.c == "hex" then width = 2 * p.w end
  local left = math.max(0, w.n - start)
  if left < width then truncated(cw.place(w, start), width, left) end
  local number = 0
  for i = start, start + width - 1 do
    local octet, at = latin(p.pg, w.b[i]), cw.place(w, i)
    if p.c == "ascii" or p.c == "ebcdic" then
      if octet < 48 or octet > 57 then
        fail(at, "expected a digit in the length prefix, found " .. cw.kind(octet))
      end
      number = 10 * number + octet - 48
    elseif p.c == "bcd" then
      if octet >= 0xA0 or octet % 16 > 9 then
        fail(at, "expected a packed digit (0-9), found a nibble above 9")
      end
      number = 100 * number + 10 * floor(octet / 16) + octet % 16
    elseif p.c == "hex" then
      local value = cw.hex_value(octet)
      if not value then fail(at, "expected a digit in the length prefix, found " .. cw.kind(octet)) end
      number = 16 * number + value
    else
      number = 256 * number + octet
    end
  end
  return number, width
end

-- The units of a value that is announced with a number.
local function units_announced(e, number)
  local counted = number - e.p.i
  if counted < 0 then return nil end
  if e.p.u == "units" then return counted end
  if e.p.u == "nibbles" then
    if counted % 2 == 1 then return nil end
    counted = floor(counted / 2)
  end
  return cw.units_of(e, counted)
end

local function counts_octets(e)
  if e.w ~= "bcd" then return false end
  if e.f == "prefixed" or e.f == "padded" then return e.p.u ~= "units" end
  return e.f == "rest" or e.f == "until"
end

-- Packed digits whose octets were counted may have a pad nibble.
local function without_spare(r, e, units, start)
  if units == 0 or not counts_octets(e) then return units end
  local len, fill = cw.wire_len(e, units), nil
  if e.ps == "left" then
    fill = floor((r.w.b[start + (cw.is_signed(e) and 1 or 0)] or 0) / 16)
  else
    fill = (r.w.b[start + len - 1] or 0) % 16
  end
  local is_marked = e.pn > 9 and fill == e.pn and start + len <= r.w.n
  if is_marked or units == e.hi + 1 then return units - 1 end
  return units
end

local function admit(r, e, units, start, number)
  if not units then
    local included = e.p and e.p.i or 0
    if number < included then
      fail(at_of(r), string.format(
        "expected a length of at least %d (it includes its prefix), found %d", included, number))
    end
    fail(at_of(r), string.format("length %d is not a whole number of units", number))
  end
  units = without_spare(r, e, units, start)
  if units > e.hi then
    fail(at_of(r), string.format("expected at most %s, found %d", count(e.hi, unit_of(e)), units))
  elseif units < e.lo then
    fail(at_of(r), string.format("expected at least %s, found %d", count(e.lo, unit_of(e)), units))
  end
  return units
end

local function span(r, e, start, units, terminator)
  local len, left = cw.wire_len(e, units), math.max(0, r.stop - start)
  if left < len + terminator then truncated(cw.place(r.w, start), len, left) end
  return { start = start, len = len, units = units, next = start + len + terminator }
end

-- How many octets stand before the first of these.
local function find(r, octets)
  for at = r.at, r.stop - #octets do
    local is_at = true
    for i, octet in ipairs(octets) do
      if r.w.b[at + i - 1] ~= octet then is_at = false end
    end
    if is_at then return at - r.at end
  end
  return nil
end

-- Where the next element lies, if it is `e`.
local function measure(r, e)
  local form = e.f
  if form == "fixed" or form == "nothing" then return span(r, e, r.at, e.hi, 0) end
  if form == "prefixed" or form == "padded" then
    local number, width = prefix_at(r.w, r.at, e.p)
    local units = admit(r, e, units_announced(e, number), r.at + width, number)
    if form == "prefixed" then return span(r, e, r.at + width, units, 0) end
    local room = span(r, e, r.at + width, e.hi, 0)
    room.len, room.units = cw.wire_len(e, units), units
    return room
  end
  if form == "rest" then
    local left = left_of(r)
    return span(r, e, r.at, admit(r, e, cw.units_of(e, left), r.at, left), 0)
  end
  if form == "until" then
    local len = find(r, e.t)
    if not len then fail(at_of(r), "expected a terminator before the end") end
    return span(r, e, r.at, admit(r, e, cw.units_of(e, len), r.at, len), #e.t)
  end
  -- a code that is there only if it begins with a letter or a blank
  local is_there = left_of(r) > 0 and cw.admits("a", 0, cw.decode(r.w, r.at, 1, e).b[0])
  return span(r, e, r.at, is_there and e.hi or 0, 0)
end

local function check_hex(wire, page)
  for i = 0, wire.n - 1 do
    local octet = latin(page, wire.b[i])
    if not cw.hex_value(octet) then
      fail(wire.p[i], "expected a hexadecimal digit, found " .. cw.kind(octet))
    end
  end
end

local function check_pad(wire, value, e)
  local sign = cw.is_signed(e) and 1 or 0
  if math.max(0, value.n - sign) % 2 == 0 then return end
  local index, found
  if e.ps == "left" then
    index = sign
    found = floor((wire.b[index] or 0) / 16)
  else
    index = math.max(0, wire.n - 1)
    found = (wire.b[index] or 0) % 16
  end
  if found ~= e.pn then
    fail(cw.place(wire, index), string.format("expected the pad nibble %X, found another nibble", e.pn))
  end
end

local function check_zones(wire, e)
  for i = 0, wire.n - 1 do
    local zone, is_good = floor(wire.b[i] / 16), false
    if i == wire.n - 1 then is_good = zone == 13 or zone == e.zone else is_good = zone == 15 end
    if not is_good then fail(wire.p[i], "expected the zone of a zoned digit, found another nibble") end
  end
end

-- Does every octet of a value belong to its class?
local function check(wire, value, e)
  if e.w == "hex" or e.w == "ebcdic-hex" then check_hex(wire, e.pg) end
  if e.w == "bcd" then check_pad(wire, value, e) end
  if e.w == "zoned" then check_zones(wire, e) end
  for i = 0, value.n - 1 do
    local octet = value.b[i]
    if not cw.admits(e.c, i, octet) then
      local is_packed = e.w == "bcd" or e.w == "zoned"
      if is_packed and (e.c == "n" or (cw.is_signed(e) and i > 0)) then
        fail(value.p[i], "expected a packed digit (0-9), found a nibble above 9")
      end
      fail(value.p[i], string.format("expected class %s, found %s", e.c, cw.kind(octet)))
    end
  end
end

local walk

-- Takes an element and checks it, parts included.
local function element(r, e, key)
  local s = measure(r, e)
  local value = cw.decode(r.w, s.start, s.units, e)
  check(cw.slice(r.w, s.start, s.len), value, e)
  local parts
  if e.l then
    parts = {}
    local inner = new(value, 0)
    walk(e.l, inner, function(part) parts[#parts + 1] = part end, false)
    finish(inner)
  end
  if e.f == "padded" then
    for i = s.start + s.len, s.next - 1 do
      if r.w.b[i] ~= e.z then
        fail(cw.place(r.w, i), string.format("expected the fill byte %02X, found another byte", e.z))
      end
    end
  end
  local field = {
    key = key, e = e, value = value, parts = parts,
    from = at_of(r), start = cw.place(r.w, s.start), to = cw.place(r.w, s.next),
  }
  r.at = s.next
  return field
end

local function bits(r, form)
  local wire, found, value = take(r, form.len), {}, {}
  if form.w == "raw" then
    value = wire.b
  else
    for i = 0, wire.n - 1 do
      local octet = latin(form.pg, wire.b[i])
      local half = cw.hex_value(octet)
      if not half then fail(wire.p[i], "expected a hexadecimal digit, found " .. cw.kind(octet)) end
      value[floor(i / 2)] = 16 * (value[floor(i / 2)] or 0) + half
    end
  end
  for i = 0, form.n - 1 do
    for bit = 1, 8 do
      found[8 * i + bit] = floor(value[i] / 2 ^ (8 - bit)) % 2 == 1
    end
  end
  return found, cw.place(wire, wire.n)
end

local function follows(next, found, after)
  if next == "announced" then return found[1] end
  if next ~= "always" then return false end
  if not found[1] then fail(after, "required, but not present") end
  return true
end

-- The numbers that the bitmaps at the start announce, and whether a third bitmap stands among the values.
local function bitmaps(r, form)
  local first, after = bits(r, form)
  local maps, pending = { first }, false
  if follows(form.second, first, after) then
    local second, after_second = bits(r, form)
    maps[2] = second
    pending = form.third == "in-element" and second[1]
    if not pending and follows(form.third, second, after_second) then maps[3] = bits(r, form) end
  end
  local numbers = {}
  for index, found in ipairs(maps) do
    for bit = 1, 64 do
      local is_next = bit == 1 and ((index == 1 and form.second ~= "never") or (index == 2 and form.third ~= "never"))
      if found[bit] and not is_next then numbers[#numbers + 1] = 64 * (index - 1) + bit end
    end
  end
  return numbers, pending, #maps
end

local function tag_len(tag, w, start, stop)
  if tag.k ~= "ber" then return tag.w end
  local function at(i) return start + i < stop and w.b[start + i] or 0 end
  if at(0) % 32 < 31 then return 1 end
  if at(1) < 0x80 then return 2 end
  if at(2) < 0x80 then return 3 end
  fail(cw.place(w, start), "expected a well-formed tag")
end

local function lead(r, layout)
  local first = layout.first
  local number, width = prefix_at(r.w, r.at, first)
  local start, counted = r.at + width, number - first.i
  if counted < 0 then
    fail(at_of(r), string.format(
      "expected a length of at least %d (it includes its prefix), found %d", first.i, number))
  end
  local left = math.max(0, r.w.n - start)
  local len = counted + (first.tag and 0 or tag_len(layout.tag, r.w, start, r.w.n))
  if left < len then truncated(cw.place(r.w, start), len, left) end
  r.at, r.stop, r.led = start, start + len, true
end

-- The next tag, or nothing at the end.
local function tag_at(r, layout)
  local tag = layout.tag
  if r.led then
    finish(r)
    r.stop, r.led = r.w.n, false
  end
  while tag.k == "ber" and not layout.first and left_of(r) > 0 and r.w.b[r.at] == 0 do r.at = r.at + 1 end
  if left_of(r) == 0 then return nil end
  if layout.first then lead(r, layout) end
  local octets = take(r, tag_len(tag, r.w, r.at, r.stop))
  local value = 0
  for i = 0, octets.n - 1 do
    local octet = latin(tag.k == "text" and tag.pg or nil, octets.b[i])
    if (tag.k == "digits" and (octet < 48 or octet > 57))
      or (tag.k == "text" and (octet < 33 or octet > 126)) then
      fail(octets.p[i], "expected a well-formed tag")
    end
    value = tag.k == "digits" and 10 * value + octet - 48 or 256 * value + octet
  end
  return value
end

-- How a number or tag of a layout is written.
function reader.name(layout, key)
  local tag = layout.o == "tags" and layout.tag or {}
  if tag.k == "digits" then return string.format("%0" .. tag.w .. "d", key) end
  if tag.k == "ber" or tag.k == "octets" then
    local digits = key < 0x100 and 2 or key < 0x10000 and 4 or key < 0x1000000 and 6 or 8
    return string.format("%0" .. digits .. "X", key)
  end
  if tag.k ~= "text" then return string.format("%d", key) end
  local name = ""
  while key > 0 do
    local octet = key % 256
    name = (octet > 32 and octet < 127 and string.char(octet) or string.format("\\x%02X", octet)) .. name
    key = floor(key / 256)
  end
  return name
end

-- Walks a layout to its end, and hands on each element. The body of the message notes what it announces.
walk = function(layout, r, found, body)
  local function one(key)
    local name, e = reader.name(layout, key), layout.by[key] or layout.unknown
    local function step()
      if not e then fail(at_of(r), "the spec does not define it") end
      return element(r, e, key)
    end
    local field
    if body then field = within(nil, "field " .. name, step) else field = within("part " .. name, nil, step) end
    field.name, field.is_listed = name, layout.o ~= "tags" or layout.by[key] ~= nil
    field.is_named = layout.o ~= "tags" or e.k == key
    found(field)
  end
  if layout.o == "bitmap" then
    local numbers, pending, maps = within(nil, body and "bitmap", bitmaps, r, layout.form)
    if body then body.maps, body.announced = maps, numbers end
    local index = 1
    while true do
      if pending and (not numbers[index] or numbers[index] > 65) then
        pending = false
        local third = within(nil, body and "bitmap", bits, r, layout.form)
        for bit = 1, 64 do
          if third[bit] then numbers[#numbers + 1] = 128 + bit end
        end
        if body then body.maps = body.maps + 1 end
      end
      if not numbers[index] then return end
      one(numbers[index])
      index = index + 1
    end
  elseif layout.o == "positions" then
    local position = 1
    while layout.by[position] and (position <= layout.required or left_of(r) > 0) do
      one(position)
      position = position + 1
    end
  else
    local key = tag_at(r, layout)
    while key do
      one(key)
      key = tag_at(r, layout)
    end
  end
end

local MTI_LEN = { ascii = 4, ebcdic = 4, bcd = 2, binary = 2, hex = 8 }

local function mti(r, coding)
  local wire = take(r, MTI_LEN[coding])
  local text = ""
  for i = 0, wire.n - 1 do
    local octet = wire.b[i]
    if coding == "ascii" then
      text = text .. string.char(octet)
    elseif coding == "ebcdic" then
      text = text .. (octet >= 0xF0 and octet <= 0xF9 and string.char(octet - 0xC0) or "?")
    elseif coding == "bcd" then
      text = text .. string.format("%X%X", floor(octet / 16), octet % 16)
    elseif coding == "hex" and i % 2 == 0 then
      local high, low = cw.hex_value(octet), cw.hex_value(wire.b[i + 1])
      text = text .. string.char(16 * (high or 0) + (low or 0))
    end
  end
  if coding == "binary" then text = string.format("%04d", 256 * wire.b[0] + wire.b[1]) end
  if not text:match("^%d%d%d%d$") then fail(wire.p[0], "expected four digits") end
  return text
end

-- Reads a message as far as it can be read: header, MTI, numbers announced, elements, and the error that stopped it.
function reader.message(text, spec)
  local wire = cw.window(text)
  local message = { wire = wire, fields = {}, header = 0, maps = 0, announced = {} }
  local r = new(wire, 0)
  local function all()
    within(nil, "header", take, r, spec.header)
    message.header = spec.header
    message.mti = within(nil, "MTI", mti, r, spec.mti)
    message.mti_at, message.mti_len = spec.header, MTI_LEN[spec.mti]
    walk(spec.body, r, function(field) message.fields[#message.fields + 1] = field end, message)
    finish(r)
  end
  local is_read, why = pcall(all)
  if not is_read then
    if type(why) ~= "table" then error(why, 0) end
    local place = why.place or "message"
    if #why.parts > 0 then place = place .. ", " .. table.concat(why.parts, ", ", 1, math.min(3, #why.parts)) end
    message.error = { at = why.at, text = string.format("%s at byte %d: %s", place, why.at, why.say) }
  end
  return message
end
