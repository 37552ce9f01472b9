-- Octets as the spec sees them. A window holds the octets of a value as they are before coding (`b`, from 0),
-- where each of them lies in the message (`p`), and their count (`n`).
--
-- Written for Lua 5.1 to 5.4: no bit operators, no integer division, arithmetic on whole numbers only.

local cw = {}
local floor = math.floor

-- The window of a text of octets.
function cw.window(text)
  local b, p, n = {}, {}, #text
  for i = 1, n do
    b[i - 1], p[i - 1] = text:byte(i), i - 1
  end
  p[n] = n
  return { b = b, p = p, n = n }
end

-- Where an octet lies in the message; the one after the last has a place, too.
function cw.place(w, i)
  return w.p[i] or (w.p[w.n] or 0) + i - w.n
end

-- The octets from `start`, at most `len` of them.
function cw.slice(w, start, len)
  local b, p = {}, {}
  start = math.min(start, w.n)
  len = math.max(0, math.min(len, w.n - start))
  for i = 0, len - 1 do
    b[i], p[i] = w.b[start + i], w.p[start + i]
  end
  p[len] = cw.place(w, start + len)
  return { b = b, p = p, n = len }
end

local function is_signed(e)
  return e.c == "x+n" or e.c == "y+n"
end
cw.is_signed = is_signed

function cw.hex_value(octet)
  if octet >= 48 and octet <= 57 then return octet - 48 end
  if octet >= 65 and octet <= 70 then return octet - 55 end
  if octet >= 97 and octet <= 102 then return octet - 87 end
  return nil
end

function cw.hex_digit(half)
  return half < 10 and 48 + half or 55 + half
end

local pages = {}

-- The table of a code page: the character of each octet.
function cw.page(number)
  if not pages[number] then
    local page, text = {}, cw.spec.pages[number]
    for octet = 0, 255 do
      page[octet] = tonumber(text:sub(2 * octet + 1, 2 * octet + 2), 16)
    end
    pages[number] = page
  end
  return pages[number]
end

-- How many octets so many units take on the wire.
function cw.wire_len(e, units)
  local w = e.w
  if w == "bcd" then
    if is_signed(e) then return 1 + floor((math.max(units - 1, 0) + 1) / 2) end
    return floor((units + 1) / 2)
  end
  if w == "hex" or w == "ebcdic-hex" then return 2 * units end
  if w == "zoned" then return math.max(units - 1, 0) end
  return units
end

-- How many units fill so many octets, if any number does.
function cw.units_of(e, octets)
  local w = e.w
  if w == "bcd" then
    if not is_signed(e) then return 2 * octets end
    return octets > 0 and 1 + 2 * (octets - 1) or nil
  end
  if w == "hex" or w == "ebcdic-hex" then
    return octets % 2 == 0 and floor(octets / 2) or nil
  end
  if w == "zoned" then return octets + 1 end
  return octets
end

-- The value of so many units whose form on the wire begins at `start`.
function cw.decode(w, start, units, e)
  local coding = e.w
  if coding == "ascii" or coding == "raw" then return cw.slice(w, start, units) end
  local b, p = {}, {}
  local function octet(i) return w.b[i] or 0 end
  local get
  if coding == "ebcdic" then
    local page = cw.page(e.pg)
    get = function(i) return page[octet(start + i)], start + i end
  elseif coding == "hex" or coding == "ebcdic-hex" then
    local page = e.pg and cw.page(e.pg)
    local function digit(i)
      local seen = octet(start + i)
      return cw.hex_value(page and page[seen] or seen) or 0
    end
    get = function(i) return 16 * digit(2 * i) + digit(2 * i + 1), start + 2 * i end
  elseif coding == "bcd" then
    local sign = is_signed(e) and 1 or 0
    local skip = (e.ps == "left" and (units - sign) % 2 == 1) and 1 or 0
    get = function(i)
      if sign == 1 and i == 0 then return octet(start), start end
      local half = 2 * (start + sign) + skip + i - sign
      local at = floor(half / 2)
      local seen = octet(at)
      local value = half % 2 == 0 and floor(seen / 16) or seen % 16
      return e.c == "h" and cw.hex_digit(value) or 48 + value, at
    end
  else
    local digits = math.max(units - 1, 0)
    get = function(i)
      if i == 0 then
        local zone = floor(octet(start + math.max(digits - 1, 0)) / 16)
        return zone == 13 and 68 or 67, start
      end
      return 48 + octet(start + i - 1) % 16, start + i - 1
    end
  end
  for i = 0, units - 1 do
    local value, at = get(i)
    b[i], p[i] = value, cw.place(w, at)
  end
  local _, at = get(units)
  p[units] = cw.place(w, at)
  return { b = b, p = p, n = units }
end

local function is_digit(o) return o >= 48 and o <= 57 end
local function is_letter(o) return (o >= 65 and o <= 90) or (o >= 97 and o <= 122) end
local function is_printable(o) return o >= 32 and o <= 126 end

-- Whether an octet may stand at that place of a value of the class.
function cw.admits(class, index, o)
  if class == "n" then return is_digit(o) end
  if class == "a" then return is_letter(o) or o == 32 end
  if class == "an" or class == "anp" then return is_letter(o) or is_digit(o) or o == 32 end
  if class == "ns" then return is_printable(o) and not is_letter(o) end
  if class == "s" then return is_printable(o) and not is_letter(o) and not is_digit(o) end
  if class == "ans" then return is_printable(o) end
  if class == "z" then return (o >= 48 and o <= 63) or o == 68 end
  if class == "ne" then return is_digit(o) or o == 61 end
  if class == "x+n" and index == 0 then return o == 67 or o == 68 end
  if class == "y+n" and index == 0 then return is_printable(o) end
  if class == "x+n" or class == "y+n" then return is_digit(o) end
  if class == "h" then return cw.hex_value(o) ~= nil end
  return true
end

-- What kind of character an octet is: errors name the kind, never the character.
function cw.kind(o)
  if is_digit(o) then return "a digit" end
  if is_letter(o) then return "a letter" end
  if o == 32 then return "a blank" end
  if o == 43 or o == 45 then return "a sign" end
  if o > 32 and o < 127 then return "a special character" end
  if o < 32 or o == 127 then return "a control character" end
  return "an octet above 7F"
end
