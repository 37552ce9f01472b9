-- Reads messages, hexadecimal digits a line, as the dissector does, and prints what it makes of them.
-- lua with_lua.lua DISSECTOR masked|exposed, or: lua with_lua.lua DISSECTOR frame FRAMING

local d = dofile(arg[1])

local function octets(line)
  return (line:gsub("%x%x", function(pair) return string.char(tonumber(pair, 16)) end))
end

local function tell(field, path)
  path = path .. field.shown_name
  print("F " .. path .. "=" .. field.text)
  for _, part in ipairs(field.parts or {}) do tell(part, path .. ".") end
end

local function message(text)
  local m = d.reader.message(text, d.cw.spec)
  d.view.tell(m, d.cw.spec, arg[2] == "masked")
  print("H " .. (m.header_text or "-"))
  print("M " .. (m.mti_text or "-"))
  print("B " .. (m.bitmap_text or "-"))
  for _, field in ipairs(m.fields) do tell(field, "") end
  if m.error then print("E " .. m.error.text) end
end

local function frame(text, framing)
  for _, is_last in ipairs({ false, true }) do
    local found, more, why = d.frames.split(framing, text, is_last)
    if found then
      print(string.format("%d %d %d %d", found.body, found.station, found.size, found.taken))
    elseif why then
      print(why)
    else
      assert(more == "some" or more > 0)
      print("more")
    end
  end
end

for line in io.stdin:lines() do
  if arg[2] == "frame" then
    local name, digits = line:match("^(%S+) (%x*)$")
    frame(octets(digits), assert(d.frames.by_name(name), name))
  else
    message(octets(line))
  end
  print(".")
end
