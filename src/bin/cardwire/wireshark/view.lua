-- What is shown of each element: the rules of the library's `src/read/view.rs`. The row of the spec says what is
-- private, the octets say what is a card number wherever it stands, and of octets that cannot be trusted to be what the
-- spec takes them for only codes, kinds of characters and the ends of card numbers are shown.

local view = {}

local function text_of(w, most)
  if w.n > most then return nil end
  local text = ""
  for i = 0, w.n - 1 do text = text .. string.char(w.b[i]) end
  return text
end

-- Whether digits are a date, a time or both, as far as their number tells which.
local function is_date(text)
  local numbers = {}
  for i = 1, #text - 1, 2 do
    numbers[#numbers + 1] = 10 * (text:byte(i) % 16) + text:byte(i + 1) % 16
  end
  local function day(month, of)
    return month >= 1 and month <= 12 and of >= 1 and of <= 31
  end
  local function time(hour, minute, second)
    return hour < 25 and minute < 60 and second < 61
  end
  local a, b, c, d, e, f, g = numbers[1], numbers[2], numbers[3], numbers[4], numbers[5], numbers[6], numbers[7]
  if #text == 4 then return day(a, b) or day(b, 1) end
  if #text == 6 then return time(a, b, c) or day(b, c) end
  if #text == 8 then return day(c, d) end
  if #text == 10 then return day(a, b) and time(c, d, e) end
  if #text == 12 then return day(b, c) and time(d, e, f) end
  if #text == 14 then return day(c, d) and time(e, f, g) end
  return true
end

local function is_known_type(mti)
  return mti:match("^[01289][1-8][0-7][0-5]$") ~= nil
end

-- Whether a message type is of the edition that the spec describes, as far as that is known.
local function is_of_edition(spec, mti)
  local by = spec.body.by
  local sizes = string.format("%d,%d", by[12] and by[12].hi or 0, by[39] and by[39].hi or 0)
  local edition = ({ ["6,2"] = "0", ["12,3"] = "1", ["14,4"] = "2" })[sizes]
  local version = mti:sub(1, 1)
  return not edition or not version:match("[012]") or version == edition
end

local DATED = { [7] = true, [12] = true, [13] = true }

local function makes_sense(message, spec)
  if not is_known_type(message.mti) or not is_of_edition(spec, message.mti) then return false end
  for _, field in ipairs(message.fields) do
    if DATED[field.key] and field.e.c == "n" then
      local text = text_of(field.value, 14)
      if text and not text:match("^0*$") and not is_date(text) then return false end
    end
  end
  return true
end

-- How far the octets can be trusted to be what the spec takes them for.
local function trust_of(message, spec)
  if message.error then return "doubtful" end
  local borders = {}
  for _, field in ipairs(message.fields) do
    borders[#borders + 1] = field.from
    borders[#borders + 1] = field.start
  end
  if not makes_sense(message, spec) and cards.any_across(message.wire, borders) then return "doubtful" end
  local function crosses(from, to)
    for _, border in ipairs(borders) do
      if from < border and border < to then return true end
    end
    return false
  end
  return cards.alone(message.wire, crosses) and "crossed" or "sound"
end

local function is_acquirer_reference(text)
  local day = text:sub(9, 11)
  return #text == 23 and text:match("^[01278]%d+$") ~= nil and day >= "001" and day <= "366"
end

local function is_what_it_is_called(e, value)
  local text = text_of(value, 32)
  if not text then return false end
  local name = e.n
  -- amounts and counts are filled with zeros, as no card number is
  if text:match("^[CD]?0") and (name:find("mount", 1, true) or name:match("number$")) then return true end
  if name:find("Date", 1, true) then return is_date(text) end
  if name:match("^Acquirer reference") then return is_acquirer_reference(text) end
  if name == "File id" then return #text >= 9 and is_date(text:sub(4, 9)) end
  return false
end

local vouches

local function all_long_parts_vouch(field)
  local any = false
  for _, part in ipairs(field.parts) do
    if part.value.n > 7 then
      any = true
      if not vouches(part) then return false end
    end
  end
  return any
end

-- Whether an element that seems to hold a card number holds what its name says.
vouches = function(field)
  if is_what_it_is_called(field.e, field.value) then return true end
  if not field.e.l or field.e.l.o ~= "positions" or not field.parts[1] then return false end
  local first = field.parts[1]
  if first.e.n == "Message type" then return is_known_type(text_of(first.value, 4) or "") end
  if first.e.n == "Currency code" then return cw.lists.currency[text_of(first.value, 3) or ""] == true end
  if first.e.n == "PIN block format" then
    for i = 3, field.value.n - 1 do
      if field.value.b[i] ~= 48 then return false end
    end
    return true
  end
  return all_long_parts_vouch(field)
end

local LISTS = {
  [19] = "country", [20] = "country", [21] = "country", [24] = "function", [25] = "condition", [39] = "response",
  [49] = "currency", [50] = "currency", [51] = "currency", [66] = "settlement", [68] = "country", [69] = "country",
  [70] = "network",
}
local ALONE = { [25] = true, [39] = true, [49] = true, [66] = true, [70] = true }

-- Whether an element of the message holds a code that is in its list, and could not be part of a card number.
local function is_code(message, field)
  if not field.is_element then return false end
  local text = text_of(field.value, 6)
  if not text then return false end
  local stands_alone = ALONE[field.key] and #text < 4
  if field.key == 3 then
    local kind, from, to = text:match("^(%d%d)(%d%d)(%d%d)$")
    if not kind or not (cw.lists.transaction[kind] and cw.lists.account[from] and cw.lists.account[to]) then
      return false
    end
    stands_alone = text:match("0000$") ~= nil
  elseif not LISTS[field.key] or not cw.lists[LISTS[field.key]][text] then
    return false
  end
  if stands_alone then return true end
  local inner = cards.inner(message.wire, field.start, field.to)
  local lies = false
  for i = field.start, field.to - 1 do
    if inner(i) then lies = true end
  end
  return not lies
end

local function holds_card(field)
  return cards.holds(field.value, field.e.c) and not vouches(field)
end

local function is_crossed(message, field)
  for i = field.start, field.to - 1 do
    if cards.is_inner_digit(message.wire, i) then return true end
  end
  return false
end

-- Which characters of a private value are shown: the first ones, and a few near the end.
local function ends(e, value)
  local head, from, to = 0, 0, 0
  local function of_pan(len, first, last)
    if len < 12 or len < first + last + 3 then first, last = 0, 0 end
    return first, len - last, len
  end
  if e.v == "open" then
    head = value.n
  elseif e.v == "pan" then
    head, from, to = of_pan(value.n, e.vh, e.vt)
  elseif e.v == "track" then
    local at
    for i = 0, value.n - 1 do
      local octet = value.b[i]
      if octet == 61 or octet == 68 then at = i break end
      if octet < 48 or octet > 57 then break end
    end
    if at and at <= 19 then
      head, from = of_pan(at, 6, 4)
      to = at + 1
    end
  end
  return function(i) return i < head or (i >= from and i < to) end
end

local function mode(message, field, trust)
  local privacy = field.e.v
  if trust == "doubtful" then
    if privacy == "open" then return is_code(message, field) and "plain" or "kinds" end
    if privacy == "pan" and cards.is_card(field.value) then return "ends" end
    return "secret"
  end
  if trust == "crossed" and is_crossed(message, field) then return "guarded" end
  if privacy ~= "open" then return "private" end
  return holds_card(field) and "veiled" or "plain"
end

local function character(octet)
  if octet >= 32 and octet <= 126 then return string.char(octet) end
  return string.format("\\x%02X", octet)
end

-- A value with `*` in the place of what is hidden.
local function written(value, class, hides)
  local out = {}
  for i = 0, value.n - 1 do
    local octet, hidden = value.b[i], hides(i)
    if class == "b" then
      local digits = string.format("%02X", octet)
      local high = (hidden == "both" or hidden == "high") and "*" or digits:sub(1, 1)
      local low = (hidden == "both" or hidden == "low") and "*" or digits:sub(2, 2)
      out[#out + 1] = high .. low
    else
      out[#out + 1] = hidden and "*" or character(octet)
    end
  end
  return table.concat(out)
end

local function kinds(value, class)
  local out = {}
  for i = 0, value.n - 1 do
    local octet, seen = value.b[i], "*"
    if class == "b" then
      seen = "**"
    elseif octet >= 48 and octet <= 57 then
      seen = "#"
    elseif (octet >= 65 and octet <= 90) or (octet >= 97 and octet <= 122) then
      seen = "@"
    elseif octet == 32 then
      seen = " "
    end
    out[#out + 1] = seen
  end
  return table.concat(out)
end

local function shown(message, field, how)
  local value, e = field.value, field.e
  if how == "plain" then return written(value, e.c, function() return nil end) end
  if how == "kinds" then return kinds(value, e.c) end
  if how == "secret" then return written(value, e.c, function() return "both" end) end
  if how == "veiled" then return written(value, e.c, cards.veil(value, e.c)) end
  local shows = ends(e, value)
  if how == "private" then
    return written(value, e.c, function(i) return not shows(i) and "both" or nil end)
  end
  if how == "ends" then
    local inner = cards.inner(message.wire, cw.place(value, 0), cw.place(value, math.max(0, value.n - 1)) + 1)
    return written(value, e.c, function(i)
      -- asked of every octet, because what is hidden is found in ascending order
      local is_inner = inner(cw.place(value, i))
      return (is_inner or not shows(i)) and "both" or nil
    end)
  end
  local veil = cards.veil(value, e.c)
  return written(value, e.c, function(i)
    local hidden = veil(i)
    if shows(i) and not cards.is_inner_digit(message.wire, cw.place(value, i)) then return hidden end
    return "both"
  end)
end

local function in_positions(field)
  return field.e.l and field.e.l.o == "positions"
end

-- Gives each field its text, and its parts theirs.
local function tell(message, field, trust, masked)
  field.text = shown(message, field, masked and mode(message, field, trust) or "plain")
  field.shown_name = field.name
  if masked and trust == "doubtful" and not field.is_named then field.shown_name = "****" end
  if not field.parts then return end
  local below = trust
  if trust == "doubtful" then
    if is_code(message, field) then below = "sound" end
  elseif field.e.v == "open" and in_positions(field) and holds_card(field) then
    below = "doubtful"
  end
  for _, part in ipairs(field.parts) do tell(message, part, below, masked) end
end

-- Whether no octet could be an inner digit of a card number.
local function is_clear(message, trust, from, to)
  local inner = trust == "crossed" and function(i) return cards.is_inner_digit(message.wire, i) end
    or cards.inner(message.wire, from, to)
  local any = false
  for i = from, to - 1 do
    if inner(i) then any = true end
  end
  return not any
end

-- Octets as hexadecimal digits, for headers.
function view.hex(text, masked)
  local w = cw.window(text)
  return written(w, "b", masked and cards.veil(w, "b") or function() return nil end)
end

-- Gives a message and its elements the texts that are shown.
function view.tell(message, spec, masked)
  local trust = trust_of(message, spec)
  message.trust = trust
  for _, field in ipairs(message.fields) do
    field.is_element = true
    tell(message, field, trust, masked)
  end
  local is_open = not masked or trust == "sound"
  if message.mti then
    local from, to = message.mti_at, message.mti_at + message.mti_len
    local shows = is_open or (is_known_type(message.mti) and is_clear(message, trust, from, to))
    message.mti_text = shows and message.mti or "####"
    if message.maps > 0 then
      local form = spec.body.form
      local at_start = message.maps - (message.maps == 3 and form.third == "in-element" and 1 or 0)
      message.bitmap_at, message.bitmap_len = to, form.len * at_start
      if is_open or is_clear(message, trust, to, to + message.bitmap_len) then
        message.bitmap_text = table.concat(message.announced, ", ")
      end
    end
  end
  if message.header > 0 then
    local octets = {}
    for i = 0, message.header - 1 do octets[#octets + 1] = string.char(message.wire.b[i]) end
    message.header_text = view.hex(table.concat(octets), masked)
  end
end

