-- Card numbers and tracks among octets, found wherever their digits stand: the rules of the library's `src/mask/`.

local cards = {}
local OTHER, SEPARATOR, CARET, GAP = 255, 13, 12, 11
local SHORTEST, LONGEST, HEAD, TAIL = 12, 19, 6, 4
-- A card number in groups has so many characters at most, and so many digits in each group but the last.
local WIDEST, GROUPS = LONGEST + 4, { [4] = true, [6] = true, [8] = true }

local ANY = { 12, 13, 14, 15, 16, 17, 18, 19 }
-- How issuers' numbers begin, and how long they are; the first row that fits counts.
cards.ranges = {
  { 501800, 501899, ANY }, { 502000, 502099, ANY }, { 503800, 503899, ANY }, { 589300, 589399, ANY },
  { 675900, 675999, ANY }, { 676100, 676399, ANY }, { 676700, 676799, ANY },
  { 400000, 499999, { 13, 16, 19 } },
  { 510000, 559999, { 16 } }, { 222100, 272099, { 16 } }, { 220000, 220599, { 16 } },
  { 340000, 349999, { 15 } }, { 370000, 379999, { 15 } },
  { 300000, 305999, { 14, 16 } }, { 309500, 309599, { 14, 16 } },
  { 360000, 369999, { 14, 16 } }, { 380000, 399999, { 14, 16 } },
  { 352800, 358999, { 16, 17, 18, 19 } },
  { 601100, 601199, { 16, 17, 18, 19 } }, { 620000, 629999, { 16, 17, 18, 19 } },
  { 644000, 659999, { 16, 17, 18, 19 } },
  { 500000, 509999, { 16, 18, 19 } }, { 560000, 589999, { 16, 18, 19 } },
  { 600000, 609999, { 16, 18, 19 } }, { 630000, 639999, { 16, 18, 19 } },
  { 670000, 679999, { 16, 18, 19 } },
  { 810000, 817199, { 16, 17, 18, 19 } }, { 817200, 829999, { 16 } },
  { 860000, 860099, { 16 } }, { 986000, 986099, { 16 } }, { 979200, 979299, { 16 } },
  { 970400, 970499, { 16, 19 } }, { 955000, 955999, { 16, 19 } },
}

local function lengths(prefix)
  for _, range in ipairs(cards.ranges) do
    if prefix >= range[1] and prefix <= range[2] then return range[3] end
  end
  return {}
end

local floor = math.floor

-- The octets of a window as characters of an alphabet, up to the character `stop`.
local function text(w, alphabet, is_written)
  local an_octet = alphabet == "packed" and 2 or 1
  return {
    b = w.b, alphabet = alphabet, an_octet = an_octet, stop = an_octet * w.n,
    is_written = is_written or function(o) return o >= 48 and o <= 57 end,
  }
end

local function until_(t, stop)
  return {
    b = t.b, alphabet = t.alphabet, an_octet = t.an_octet, stop = math.min(t.stop, stop),
    is_written = t.is_written,
  }
end

-- A digit as a number, or one of the others.
local function get(t, i)
  if i < 0 or i >= t.stop then return OTHER end
  if t.alphabet == "ascii" then
    local o = t.b[i] or 0
    if o >= 48 and o <= 57 then return o - 48 end
    if o == 61 or o == 68 then return SEPARATOR end
    if o == 32 or o == 45 or o == 46 then return GAP end
    return o == 94 and CARET or OTHER
  end
  if t.alphabet == "ebcdic" then
    local o = t.b[i] or 0
    if o >= 0xF0 and o <= 0xF9 then return o - 0xF0 end
    if o == 0x7E or o == 0xC4 then return SEPARATOR end
    if o == 0x40 or o == 0x60 or o == 0x4B then return GAP end
    return (o == 0x5F or o == 0xB0) and CARET or OTHER
  end
  local o = t.b[floor(i / 2)] or 0
  local half = i % 2 == 0 and floor(o / 16) or o % 16
  return (half < 10 or half == SEPARATOR) and half or OTHER
end

local function run_start(t, stop)
  while get(t, stop - 1) < 10 do stop = stop - 1 end
  return stop
end

local function run_end(t, start)
  while get(t, start) < 10 do start = start + 1 end
  return start
end

-- Half octets are no digits where their octets are characters, such as 33 34 31 ...
local function is_written_text(t, start, stop)
  if t.alphabet ~= "packed" then return false end
  for i = floor(start / 2), floor((stop + 1) / 2) - 1 do
    if not t.is_written(t.b[i] or 0) then return false end
  end
  return true
end

-- The length of the longest card number that digits begin with; `digit_at` gives the digit at an index, `left` are there.
local function longest(digit_at, left)
  if left < SHORTEST then return nil end
  local prefix = 0
  for i = 0, 5 do prefix = 10 * prefix + digit_at(i) end
  local found
  for _, len in ipairs(lengths(prefix)) do
    if len <= math.min(left, LONGEST) then
      local sum = 0
      for i = 0, len - 1 do
        local digit = digit_at(i)
        if (len - i) % 2 == 0 then digit = digit > 4 and 2 * digit - 9 or 2 * digit end
        sum = sum + digit
      end
      if sum % 10 == 0 then found = len end
    end
  end
  return found
end

local function card_within(t, start, stop)
  local len = longest(function(i) return get(t, start + i) end, stop - start)
  if not len or is_written_text(t, start, start + len) then return nil end
  return start + len
end

-- Where the longest card number that begins at `start` ends.
local function card(t, start)
  return card_within(t, start, run_end(until_(t, start + LONGEST), start))
end

-- The inner digits of the card number of a track: a run of digits, a separator and more digits.
local function track(t, start, stop)
  local len, after = stop - start, get(t, stop)
  if len < SHORTEST then return nil end
  local is_track = after == CARET
  if after == SEPARATOR then is_track = run_end(until_(t, stop + 5), stop + 1) == stop + 5 end
  if not is_track then return nil end
  if len == SHORTEST then return start, stop end
  return start + HEAD, stop - TAIL
end

-- The inner digits, from the first to the last, of a card number whose groups begin at `first`.
local function groups_from(t, first)
  local places, at, group = {}, first, first
  while #places < LONGEST do
    if get(t, at) == GAP and GROUPS[at - group] then
      at = at + 1
      group = at
    end
    if get(t, at) >= 10 then break end
    places[#places + 1] = at
    at = at + 1
  end
  local len = longest(function(i) return get(t, places[i + 1]) end, #places)
  if not len then return nil end
  if len == SHORTEST then return places[1], places[len] + 1 end
  return places[HEAD + 1], places[len - TAIL] + 1
end

-- The same of a card number whose first group ends a run of digits.
local function in_groups(t, start, stop)
  if get(t, stop) ~= GAP or get(t, stop + 1) >= 10 then return nil end
  local from, to
  for len in pairs(GROUPS) do
    local a, b
    if stop - len >= start then a, b = groups_from(t, stop - len) end
    if a then from, to = math.min(from or a, a), math.max(to or b, b) end
  end
  return from, to
end

-- Whether a run of digits is a group of a card number.
local function lies_in_groups(t, start, stop)
  local earliest = math.max(0, start - WIDEST)
  while not in_groups(t, start, stop) do
    if start <= earliest or get(t, start - 1) ~= GAP then return false end
    stop = start - 1
    start = run_start(t, stop)
  end
  return true
end

local function holds_card_text(t)
  local from = 0
  while from + SHORTEST - 1 < t.stop do
    local place = from + SHORTEST - 1
    if get(t, place) == GAP then place = place - 1 end
    if get(t, place) >= 10 then
      from = place + 1
    else
      local start, stop = run_start(t, place), run_end(t, place)
      if not is_written_text(t, start, stop) then
        if track(t, start, stop) or lies_in_groups(t, start, stop) then return true end
        for i = start, stop - SHORTEST do
          if card_within(t, i, stop) then return true end
        end
      end
      from = stop + 1
    end
  end
  return false
end

-- Which characters belong to the inner digits of a card number, or to a track after one: asked in ascending order.
local function stream(t, start)
  return {
    t = t, next = start, first = start, last = start, ends = {}, hidden_until = 0,
    track_from = start, track_until = start, hidden_from = math.huge, groups_from = start, groups_until = start,
  }
end

local function step(s)
  local t, at = s.t, s.next
  s.next = at + 1
  if at >= s.last then
    if get(t, at) >= 10 then return end
    local stop = run_end(t, at)
    if is_written_text(t, at, stop) then
      s.first, s.last = stop, stop
    else
      s.first, s.last = at, stop
      local a, b = in_groups(t, at, stop)
      if a and s.groups_until > at then a, b = math.min(a, s.groups_from), math.max(b, s.groups_until) end
      if a then s.groups_from, s.groups_until = a, b end
      -- the first track hides all that follows
      local from, to = track(t, at, stop)
      if from and s.hidden_from == math.huge then
        s.track_from, s.track_until, s.hidden_from = from, to, stop + 1
      end
    end
  end
  if at < s.first then return end
  local stop = s.last - at >= SHORTEST and card_within(t, at, s.last) or 0
  s.ends[at % 8] = stop
  -- a number of twelve digits is hidden whole
  if stop == at + SHORTEST then s.hidden_until = math.max(s.hidden_until, stop) end
  local before = at - HEAD
  if before >= s.first then
    s.hidden_until = math.max(s.hidden_until, (s.ends[before % 8] or 0) - TAIL)
  end
end

local function hides(s, i)
  while s.next <= i do step(s) end
  return i < s.hidden_until or i >= s.hidden_from or (i >= s.track_from and i < s.track_until)
    or (i >= s.groups_from and i < s.groups_until and get(s.t, i) < 10)
end

local ALPHABETS = { "ascii", "ebcdic", "packed" }
cards.alphabets = ALPHABETS

-- The alphabets that a value of a class can be written in.
local function texts(w, class)
  if class == "b" then
    return { text(w, "ascii"), text(w, "ebcdic"), text(w, "packed") }
  end
  if class == "ansb" then
    local function is_printable(o) return o >= 32 and o <= 126 end
    return { text(w, "ascii"), text(w, "ebcdic"), text(w, "packed", is_printable) }
  end
  return { text(w, "ascii") }
end

-- Whether a card number or a track is in a value.
function cards.holds(w, class)
  local least = (class == "b" or class == "ansb") and SHORTEST / 2 or SHORTEST
  if w.n < least then return false end
  for _, t in ipairs(texts(w, class)) do
    if holds_card_text(t) then return true end
  end
  return false
end

-- What of each octet of an open value is hidden: a function of the index, asked in ascending order, that gives
-- nil, "both", "high" or "low".
function cards.veil(w, class)
  local written, packed = {}, nil
  for _, t in ipairs(texts(w, class)) do
    if t.alphabet == "packed" then packed = stream(t, 0) else written[#written + 1] = stream(t, 0) end
  end
  return function(i)
    local whole = false
    for _, s in ipairs(written) do
      if hides(s, i) then whole = true end
    end
    local high = packed and hides(packed, 2 * i)
    local low = packed and hides(packed, 2 * i + 1)
    if whole or (high and low) then return "both" end
    return high and "high" or low and "low" or nil
  end
end

-- Whether an octet of the message holds an inner digit of a card number, in any alphabet: a function of the index,
-- asked in ascending order, for octets from `from` up to `to`.
function cards.inner(wire, from, to)
  local streams = {}
  for _, alphabet in ipairs(ALPHABETS) do
    local t = text(wire, alphabet)
    t = until_(t, t.an_octet * to + WIDEST)
    streams[#streams + 1] = stream(t, math.max(0, t.an_octet * from - WIDEST))
  end
  return function(i)
    local any = false
    for _, s in ipairs(streams) do
      local an_octet = s.t.an_octet
      for place = an_octet * i, an_octet * (i + 1) - 1 do
        if hides(s, place) then any = true end
      end
    end
    return any
  end
end

-- Whether a card number lies across any of the borders, in any alphabet.
function cards.any_across(wire, borders)
  for _, alphabet in ipairs(ALPHABETS) do
    local t = text(wire, alphabet)
    for _, border in ipairs(borders) do
      border = t.an_octet * border
      for start = math.max(0, border - 18), border - 1 do
        local stop = card(t, start)
        if stop and stop > border then return true end
      end
    end
  end
  return false
end

local function class_of(o)
  return (o >= 0x30 and o <= 0x39), (o >= 0xF0 and o <= 0xF9), (o < 0xA0 and o % 16 < 10)
end

-- A run of octets that is a card number from its first digit to its last: its octets, and its inner ones.
local function whole_card(wire, alphabet, from, to)
  local an_octet = alphabet == "packed" and 2 or 1
  local len = to - from
  if len > LONGEST or an_octet * len + 2 * (an_octet - 1) < SHORTEST then return nil end
  local first, last = from, to
  if an_octet == 2 then
    local before, after = from > 0 and wire.b[from - 1], to < wire.n and wire.b[to]
    first = 2 * from - ((before and before % 16 < 10) and 1 or 0)
    last = 2 * to + ((after and after < 0xA0) and 1 or 0)
  end
  if last - first > LONGEST or card(until_(text(wire, alphabet), last), first) ~= last then return nil end
  local inner_first, inner_last = first, last
  if last - first ~= SHORTEST then inner_first, inner_last = first + HEAD, last - TAIL end
  local function octets(a, b) return floor(a / an_octet), floor((b + an_octet - 1) / an_octet) end
  local c0, c1 = octets(first, last)
  local i0, i1 = octets(inner_first, inner_last)
  return c0, c1, i0, i1
end

-- Whether a card number that stands alone, with no digit before and after it, is one that `crosses` knows of: it is
-- asked with the octets of the number and with those of its inner digits.
function cards.alone(wire, crosses)
  local was, starts = { false, false, false }, { 0, 0, 0 }
  for at = 0, wire.n do
    local is = { false, false, false }
    if at < wire.n then is = { class_of(wire.b[at]) } end
    for index, alphabet in ipairs(ALPHABETS) do
      if is[index] and not was[index] then
        starts[index] = at
      elseif was[index] and not is[index] then
        local c0, c1, i0, i1 = whole_card(wire, alphabet, starts[index], at)
        if c0 and crosses(c0, c1, i0, i1) then return true end
      end
    end
    was = is
  end
  return false
end

-- Whether an octet of the message holds an inner digit of a card number that stands alone.
function cards.is_inner_digit(wire, at)
  local from = math.max(0, at - LONGEST - 1)
  local near = cw.slice(wire, from, at + LONGEST + 2 - from)
  return cards.alone(near, function(_, _, i0, i1) return at - from >= i0 and at - from < i1 end)
end

-- Whether a value is a card number and nothing else.
function cards.is_card(w)
  return card(text(w, "ascii"), 0) == w.n
end
