-- The dissector itself: frames off the stream, messages into the tree.

local DEFAULTS = cw.spec.defaults
local proto = Proto(DEFAULTS.protocol, "cardwire, " .. cw.spec.name)
local prefix = DEFAULTS.protocol .. "."

proto.prefs.mask = Pref.bool("Mask card data", true,
  "Show card numbers, tracks, PINs and whatever else is private as cardwire decode does without --expose. " ..
  "The packet bytes, and what other dissectors say, stay as they were captured.")
proto.prefs.framing = Pref.string("Framing", DEFAULTS.framing,
  "How messages are delimited: a name of cardwire spec framings, with a station header after a plus")
proto.prefs.ports = Pref.range("TCP ports", DEFAULTS.ports, "Connections to and from these ports are dissected", 65535)

local fields, listed = {}, {}

-- Registers a field, once.
local function register(name, title, make)
  if not fields[name] then
    fields[name] = make(prefix .. name, title)
    listed[#listed + 1] = fields[name]
  end
end

-- A part's name within a filter: letters and digits as they are.
local function plain(name)
  return (name:gsub("[^%w]", function(other) return string.format("_%02X", other:byte()) end))
end

local function register_layout(layout, path)
  for _, e in pairs(layout.by) do
    local name = reader.name(layout, e.k)
    local below = path == "" and "f" .. name or path .. "." .. plain(name)
    local is_list = e.l and e.l.o ~= "positions"
    register(below, name .. " " .. e.t, is_list and ProtoField.none or ProtoField.string)
    if e.l then register_layout(e.l, below) end
  end
  if layout.unknown then
    register(path .. ".other", "Tag that the spec does not list", ProtoField.string)
    if layout.unknown.l then register_layout(layout.unknown.l, path .. ".other") end
  end
end

for _, row in ipairs({
  { "station", "Station header" }, { "header", "Octets before the MTI" },
  { "mti", "Message type (MTI)" }, { "bitmap", "Elements announced" },
}) do
  register(row[1], row[2], ProtoField.string)
end
register_layout(cw.spec.body, "")
proto.fields = listed

local malformed = ProtoExpert.new(prefix .. "malformed", "Malformed", expert.group.MALFORMED, expert.severity.ERROR)
local unframed = ProtoExpert.new(prefix .. "unframed", "No frame", expert.group.MALFORMED, expert.severity.ERROR)
local cut = ProtoExpert.new(prefix .. "cut", "Not captured", expert.group.UNDECODED, expert.severity.WARN)
proto.experts = { malformed, unframed, cut }

-- The octets from `from` up to `to` of what was captured.
local function range(tvb, from, to)
  local len = tvb:len()
  from = math.max(0, math.min(from, len - 1))
  return tvb:range(from, math.max(0, math.min(to, len) - from))
end

local function add_parts(tree, tvb, base, field, path)
  for _, part in ipairs(field.parts) do
    local name = part.is_listed and path .. "." .. plain(part.name) or path .. ".other"
    local octets, item = range(tvb, base + part.start, base + part.to), nil
    if part.e.l and part.e.l.o ~= "positions" then
      item = tree:add(fields[name], octets)
    elseif part.is_listed then
      item = tree:add(fields[name], octets, part.text)
    else
      item = tree:add(fields[name], octets, part.shown_name .. "=" .. part.text)
    end
    if part.parts then add_parts(item, tvb, base, part, name) end
  end
end

local function add_message(tree, tvb, base, message)
  if message.header_text then
    tree:add(fields.header, range(tvb, base, base + message.header), message.header_text)
  end
  if message.mti_text then
    local from = base + message.mti_at
    tree:add(fields.mti, range(tvb, from, from + message.mti_len), message.mti_text)
  end
  if message.bitmap_text then
    local from = base + message.bitmap_at
    tree:add(fields.bitmap, range(tvb, from, from + message.bitmap_len), message.bitmap_text)
  end
  for _, field in ipairs(message.fields) do
    local name, octets, item = "f" .. field.name, range(tvb, base + field.start, base + field.to), nil
    if field.e.l and field.e.l.o ~= "positions" then
      item = tree:add(fields[name], octets)
    else
      item = tree:add(fields[name], octets, field.text)
    end
    if field.parts then add_parts(item, tvb, base, field, name) end
  end
  if message.error then
    local at = base + message.error.at
    tree:add_tvb_expert_info(malformed, range(tvb, at, at + 1), message.error.text)
  end
end

-- What the packet list says of a message.
local function summary(message)
  local words = { message.mti_text or "malformed" }
  for _, field in ipairs(message.fields) do
    if field.key == 11 then words[#words + 1] = "STAN " .. field.text end
    if field.key == 39 then words[#words + 1] = "response " .. field.text end
  end
  if message.error and message.mti_text then words[#words + 1] = "malformed" end
  return table.concat(words, ", ")
end

local function add_frame(root, tvb, pinfo, text, at, frame)
  local tree = root:add(proto, range(tvb, at, at + frame.taken))
  local from, masked = at + frame.body, proto.prefs.mask
  local payload = from + frame.station
  if frame.size == 0 then
    tree:append_text(", poll")
    return "poll"
  end
  if frame.station > 0 then
    local station = text:sub(from + 1, from + frame.station)
    tree:add(fields.station, range(tvb, from, payload), view.hex(station, masked))
  end
  local message = reader.message(text:sub(payload + 1, from + frame.size), cw.spec)
  view.tell(message, cw.spec, masked)
  local words = summary(message)
  tree:append_text(", " .. words)
  add_message(tree, tvb, payload, message)
  return words
end

function proto.dissector(tvb, pinfo, root)
  local len, said = tvb:len(), {}
  if len == 0 then return 0 end
  local text = tvb:raw(0, len)
  local framing = frames.by_name(proto.prefs.framing)
  local function complain(expert_info, at, words)
    local tree = root:add(proto, range(tvb, at, len))
    tree:add_tvb_expert_info(expert_info, range(tvb, at, len), words)
    said[#said + 1] = words
  end
  local at = 0
  if not framing then
    complain(unframed, 0, "no framing has the name that the preference says; names are such as binary2+tpdu")
    at = len
  end
  local is_whole = tvb:reported_len() == len
  while at < len do
    local waits = pinfo.can_desegment > 0 and is_whole
    local is_last = framing.by == "input" or not waits
    local frame, more, why = frames.split(framing, at == 0 and text or text:sub(at + 1), is_last)
    if frame then
      said[#said + 1] = add_frame(root, tvb, pinfo, text, at, frame)
      at = at + frame.taken
    elseif more and waits then
      pinfo.desegment_offset = at
      pinfo.desegment_len = more == "some" and DESEGMENT_ONE_MORE_SEGMENT or more
      at = len
    else
      local words = is_whole and "the octets end within a frame" or "the frame was not captured whole"
      complain(why and unframed or cut, at, why or words)
      at = len
    end
  end
  if #said > 0 then
    pinfo.cols.protocol:set(DEFAULTS.protocol)
    -- what a packet says of earlier messages stays before it
    pinfo.cols.info:set(table.concat(said, "; ") .. "; ")
  end
  return len
end

local tcp, bound = DissectorTable.get("tcp.port"), nil

local function bind()
  if bound then tcp:remove(bound, proto) end
  bound = proto.prefs.ports
  tcp:add(bound, proto)
end

function proto.prefs_changed()
  if tostring(bound) ~= tostring(proto.prefs.ports) then bind() end
end

bind()
tcp:add_for_decode_as(proto)
DissectorTable.get("udp.port"):add_for_decode_as(proto)
