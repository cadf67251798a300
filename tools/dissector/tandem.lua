-- Wireshark's dissector for the backplane of Tandem: records on CAN frames, with the ISUP messages in them.
--
--     tshark -X lua_script:tools/dissector/tandem.lua -r bus.log -Y tandem
--     wireshark: copy it into the folder of personal Lua plugins (Help, About, Folders)
--
-- A capture of both planes has each record twice. Its frames are put together from whichever plane brings them first; what comes
-- again is said to be a copy.

-- BEGIN of what is generated from the declarations of the records: npm run dissector
local class_names = { [0] = "heartbeat", [1] = "takeover", [2] = "commit", [3] = "input", [4] = "repair", [5] = "management", [6] = "resynchronisation", [7] = "bulk" }
-- What a record of a class is.
local roots = {
  [0] = "heartbeat",
  [1] = "takeover",
  [2] = "commit",
  [3] = "input",
  [4] = "repair",
  [5] = "resynchronisation",
  [6] = "resynchronisation",
  [7] = "enquiry",
}
local shapes = {}
shapes["heartbeat"] = { layout = { { bits = { { "role", 3 }, { "leaving", 1 }, { "realTime", 1 }, { "hung", 1 }, { "deaf", 2 } } }, { { "term", "u16" }, { "incarnation", "u8" } }, { bits = { { "group", 4 }, { "kind", 4 } } }, { { "value", "u24" } } } }
shapes["takeover"] = { shared = { { "group", 4 } }, cases = {
  [0] = { "claim", { { { "term", "varint" }, { "lastTerm", "varint" }, { "lastSequence", "varint" }, { "cold", "u8" }, { "settled", { list = "u8" } } } } },
  [1] = { "grant", { { { "term", "varint" }, { "claimant", "u8" }, { "after", "varint" }, { "salvaged", "u16" } } } },
  [2] = { "resign", { { { "term", "varint" }, { "claimant", "u8" }, { "after", "varint" }, { "salvaged", "u16" } } } },
  [3] = { "death note", { { { "slot", "u8" }, { "incarnation", "u16" }, { "number", "varint" } } } },
} }
shapes["commit"] = { layout = { { bits = { { "group", 4 }, { "refers", 1 }, { "timed", 1 }, { "consumed", 2 } } }, { { "term", "varint" }, { "sequence", "u16" } }, { when = "consumed", { "consumedSlot", "u8" }, { "consumedNumber", "u16" } }, { when = "timed", { "time", "u24" } }, { { "body", "rest" } } } }
shapes["beginning"] = { layout = { { { "timeMillis", "u48" }, { "sequence", "u48" }, { "afterTerm", "varint" } } } }
shapes["anchor"] = { layout = { { { "timeMillis", "u48" }, { "sequence", "u48" } } } }
shapes["body"] = { layout = { { { "outputs", { list = { shared = { { "slot", 6 } }, cases = {
    [0] = { "copy", { { { "circuit", "varint" } } } },
    [1] = { "splice", { { { "circuit", "varint" }, { "head", "varint" }, { "tail", "varint" }, { "middle", "octets" } } } },
    [2] = { "message", { { { "circuit", "varint" }, { "message", "octets" } } } },
    [3] = { "instruct", { { { "instruction", { shared = {  }, cases = {
        [1] = { "create", { { { "call", "u24" }, { "circuit", "varint" }, { "otherCircuit", "varint" }, { "mode", "u8" } } } },
        [2] = { "modify", { { { "call", "u24" }, { "circuit", "varint" }, { "otherCircuit", "varint" }, { "mode", "u8" }, { "identifier", "u32" }, { "secondIdentifier", "u32" } } } },
        [3] = { "delete", { { { "call", "u24" }, { "circuit", "varint" }, { "otherCircuit", "varint" }, { "identifier", "u32" }, { "secondIdentifier", "u32" } } } },
        [4] = { "clear", { { { "circuit", "varint" }, { "count", "varint" } } } },
        [5] = { "unequipped", { { { "exchange", "u8" }, { "cic", "u16" }, { "message", "octets" } } } },
        [6] = { "auditDestination", { { { "exchange", "u8" } } } },
        [7] = { "again", { { { "term", "varint" }, { "sequence", "varint" }, { "index", "varint" }, { "instruction", { shared = {  }, cases = {
            [1] = { "create", { { { "call", "u24" }, { "circuit", "varint" }, { "otherCircuit", "varint" }, { "mode", "u8" } } } },
            [2] = { "modify", { { { "call", "u24" }, { "circuit", "varint" }, { "otherCircuit", "varint" }, { "mode", "u8" }, { "identifier", "u32" }, { "secondIdentifier", "u32" } } } },
            [3] = { "delete", { { { "call", "u24" }, { "circuit", "varint" }, { "otherCircuit", "varint" }, { "identifier", "u32" }, { "secondIdentifier", "u32" } } } },
          } } } } } },
        [8] = { "control", { { { "gateway", "u8" } } } },
      } } } } } },
  } } } }, { "changes", "rest" } } } }
shapes["input"] = { layout = { { bits = { { "group", 4 }, { "number", 12 } } }, { { "payload", "rest" } } } }
shapes["told"] = { shared = {  }, cases = {
  [0] = { "isup", { { { "circuit", "varint" }, { "message", "rest" } } } },
  [1] = { "unequipped", { { { "exchange", "u8" }, { "cic", "u16" }, { "message", "rest" } } } },
  [2] = { "destination", { { { "exchange", "u8" }, { "available", "u8" } } } },
  [3] = { "created", { { { "call", "u24" }, { "identifier", "u32" }, { "secondIdentifier", "u32" }, { "port", "u16" } }, { when = "port", { "address", "u32" }, { "payloadType", "u8" } } } },
  [4] = { "done", { { { "call", "u24" }, { "verb", "u8" } } } },
  [5] = { "refused", { { { "call", "u24" }, { "verb", "u8" }, { "cause", "u8" }, { "code", "u16" } } } },
  [6] = { "gateway", { { { "gateway", "u8" }, { "event", "u8" } } } },
  [7] = { "endpoint", { { { "circuit", "varint" }, { "event", "u8" } } } },
  [8] = { "broadcast", { { { "identifier", "u16" }, { "circuit", "varint" }, { "message", "rest" } } } },
  [9] = { "broadcastUnequipped", { { { "identifier", "u16" }, { "exchange", "u8" }, { "cic", "u16" }, { "message", "rest" } } } },
} }
shapes["repair"] = { shared = { { "group", 4 } }, cases = {
  [0] = { "ask commits", { { { "from", "varint" }, { "count", "u8" } } } },
  [1] = { "ask inputs", { { { "slot", "u8" }, { "incarnation", "u16" }, { "from", "varint" }, { "count", "u8" } } } },
  [2] = { "commit", { { { "term", "varint" }, { "sequence", "varint" }, { "commit", "octets" }, { "input", "octets" } } } },
  [3] = { "input", { { { "slot", "u8" }, { "incarnation", "u16" }, { "number", "varint" }, { "payload", "rest" } } } },
  [4] = { "salvage", { { { "term", "varint" }, { "claimant", "u8" }, { "after", "varint" }, { "index", "u16" }, { "sequence", "varint" }, { "commit", "octets" }, { "input", "octets" } } } },
  [5] = { "too old", { { { "slot", "u8" }, { "from", "varint" } } } },
} }
shapes["resynchronisation"] = { shared = { { "group", 4 } }, cases = {
  [0] = { "want", { { { "attempt", "u16" }, { "request", "octets" } } } },
  [1] = { "head", { { { "slot", "u8" }, { "attempt", "u16" }, { "term", "varint" }, { "sequence", "varint" }, { "lastTerm", "varint" }, { "timeMillis", "u32" }, { "timeUpper", "u16" }, { "marks", { list = { layout = { { { "slot", "u8" }, { "incarnation", "u16" }, { "number", "varint" } } } } } } } } },
  [2] = { "piece", { { { "slot", "u8" }, { "attempt", "u16" }, { "number", "u16" }, { "sequence", "varint" }, { "last", "u8" }, { "piece", "rest" } } } },
  [3] = { "ask", { { { "attempt", "u16" }, { "from", "u16" } } } },
  [4] = { "gone", { { { "slot", "u8" }, { "attempt", "u16" } } } },
  [5] = { "digest", { { { "term", "varint" }, { "sequence", "varint" }, { "digest", "u32" } } } },
} }
shapes["enquiry"] = { shared = {  }, cases = {
  [0] = { "enquiry", { { { "slot", "u8" }, { "incarnation", "u16" }, { "number", "varint" }, { "octets", "rest" } } } },
  [1] = { "ask", { { { "slot", "u8" }, { "incarnation", "u16" }, { "number", "varint" }, { "from", "varint" }, { "held", "u8" }, { "again", "flag" } } } },
  [2] = { "piece", { { { "slot", "u8" }, { "incarnation", "u16" }, { "number", "varint" }, { "life", "u16" }, { "index", "varint" }, { "last", "flag" }, { "octets", "rest" } } } },
  [3] = { "pending", { { { "slot", "u8" }, { "incarnation", "u16" }, { "number", "varint" }, { "life", "u16" } } } },
  [4] = { "refused", { { { "slot", "u8" }, { "incarnation", "u16" }, { "number", "varint" }, { "life", "u16" }, { "reason", "u8" } } } },
  [5] = { "over", { { { "slot", "u8" }, { "incarnation", "u16" }, { "number", "varint" } } } },
} }
-- What lies in the octets of a field.
local inner = {
  ["input.payload"] = "told",
  ["commit.body"] = "body",
  ["repair.commit.commit"] = "commit",
  ["repair.commit.input"] = "told",
  ["repair.input.payload"] = "told",
  ["repair.salvage.commit"] = "commit",
  ["repair.salvage.input"] = "told",
  ["told.isup.message"] = "isup",
  ["told.unequipped.message"] = "isup",
  ["told.broadcast.message"] = "isup",
  ["told.broadcastUnequipped.message"] = "isup",
  ["body.outputs.message.message"] = "isup",
  ["body.outputs.instruct.instruction.unequipped.message"] = "isup",
}
-- What the body of a commit is instead, by what it consumed.
local bodies = { [2] = "beginning", [3] = "anchor" }
-- What numbers are called.
local names = {
  ["heartbeat.role"] = { [0] = "newcomer", [1] = "witness", [2] = "blank", [3] = "incomplete", [4] = "backup", [5] = "primary", [6] = "claimant", [7] = "resigned" },
  ["heartbeat.kind"] = { [0] = "identity", [1] = "commit", [2] = "input", [3] = "configuration", [8] = "received" },
  ["commit.consumed"] = { [0] = "internal", [1] = "input", [2] = "begin", [3] = "card" },
  ["told.gateway.event"] = { [0] = "restarted", [1] = "unreachable", [2] = "reachable" },
  ["told.done.verb"] = { [1] = "create", [2] = "modify", [3] = "delete", [4] = "clear", [5] = "unequipped", [6] = "auditDestination" },
  ["told.refused.verb"] = { [1] = "create", [2] = "modify", [3] = "delete", [4] = "clear", [5] = "unequipped", [6] = "auditDestination" },
  ["told.refused.cause"] = { [1] = "unallocated number", [2] = "no route to specified transit network", [3] = "no route to destination", [4] = "send special information tone", [5] = "misdialled trunk prefix", [6] = "channel unacceptable", [7] = "call awarded and being delivered in an established channel", [8] = "preemption", [9] = "preemption, circuit reserved for reuse", [14] = "query on release: ported number", [16] = "normal call clearing", [17] = "user busy", [18] = "no user responding", [19] = "no answer from user", [20] = "subscriber absent", [21] = "call rejected", [22] = "number changed", [23] = "redirection to new destination", [24] = "call rejected due to feature at the destination", [25] = "exchange routing error", [26] = "non-selected user clearing", [27] = "destination out of order", [28] = "invalid number format", [29] = "facility rejected", [30] = "response to STATUS ENQUIRY", [31] = "normal, unspecified", [34] = "no circuit available", [38] = "network out of order", [39] = "permanent frame mode connection out of service", [40] = "permanent frame mode connection operational", [41] = "temporary failure", [42] = "switching equipment congestion", [43] = "access information discarded", [44] = "requested circuit not available", [46] = "precedence call blocked", [47] = "resource unavailable, unspecified", [49] = "quality of service not available", [50] = "requested facility not subscribed", [53] = "outgoing calls barred within closed user group", [55] = "incoming calls barred within closed user group", [57] = "bearer capability not authorized", [58] = "bearer capability not presently available", [62] = "inconsistency in designated outgoing access information and subscriber class", [63] = "service or option not available, unspecified", [65] = "bearer capability not implemented", [66] = "channel type not implemented", [69] = "requested facility not implemented", [70] = "only restricted digital information bearer capability is available", [79] = "service or option not implemented, unspecified", [81] = "invalid call reference value", [82] = "identified channel does not exist", [83] = "a suspended call exists, but this call identity does not", [84] = "call identity in use", [85] = "no call suspended", [86] = "call having the requested call identity has been cleared", [87] = "user not member of closed user group", [88] = "incompatible destination", [90] = "non-existent closed user group", [91] = "invalid transit network selection", [95] = "invalid message, unspecified", [96] = "mandatory information element is missing", [97] = "message type non-existent or not implemented", [98] = "message not compatible with call state, or message type non-existent or not implemented", [99] = "parameter non-existent or not implemented", [100] = "invalid information element contents", [101] = "message not compatible with call state", [102] = "recovery on timer expiry", [103] = "parameter non-existent or not implemented, passed on", [110] = "message with unrecognized parameter, discarded", [111] = "protocol error, unspecified", [127] = "interworking, unspecified" },
  ["enquiry.refused.reason"] = { [0] = "restarted", [1] = "busy", [2] = "unattended", [3] = "too-long" },
  ["body.outputs.instruct.instruction.create.mode"] = { [1] = "receive only", [2] = "both ways" },
  ["body.outputs.instruct.instruction.modify.mode"] = { [1] = "receive only", [2] = "both ways" },
}
-- END of what is generated

local tandem = Proto("tandem", "Tandem backplane")

-- ------------------------------------------------------------------------------------------------------------------ fields

local field_types = {
  u8 = ftypes.UINT8, u16 = ftypes.UINT16, u24 = ftypes.UINT24, u32 = ftypes.UINT32, u48 = ftypes.UINT64,
  varint = ftypes.UINT64, flag = ftypes.BOOLEAN, octets = ftypes.BYTES, rest = ftypes.BYTES,
}
local fields = {}
local declared = {}

local function declare(path, field_type)
  if fields[path] then return end
  local label = path:match("[^.]+$")
  local is_number = field_type ~= ftypes.BYTES and field_type ~= ftypes.STRING and field_type ~= ftypes.BOOLEAN
  local display = is_number and base.DEC or nil
  fields[path] = ProtoField.new(label, "tandem." .. path, field_type, is_number and names[path] or nil, display)
  declared[#declared + 1] = fields[path]
end

local function under(path, name) return path .. "." .. name:gsub(" ", "_") end

local declare_parts

local function declare_shape(path, shape)
  if type(shape) == "string" then
    declare(path, field_types[shape])
  elseif shape.list then
    declare_shape(path, shape.list)
  elseif shape.layout then
    declare_parts(path, shape.layout)
  else
    declare(under(path, "kind"), ftypes.STRING)
    for _, width in ipairs(shape.shared) do declare(under(path, width[1]), ftypes.UINT32) end
    for _, case in pairs(shape.cases) do declare_parts(under(path, case[1]), case[2]) end
  end
end

function declare_parts(path, parts)
  for _, part in ipairs(parts) do
    if part.bits then
      for _, width in ipairs(part.bits) do declare(under(path, width[1]), ftypes.UINT32) end
    else
      for _, field in ipairs(part) do declare_shape(under(path, field[1]), field[2]) end
    end
  end
end

for root, shape in pairs(shapes) do declare_shape(root, shape) end

local part_names = { [0] = "whole", [1] = "first", [2] = "middle", [3] = "last" }
names["class"] = class_names
names["part"] = part_names
for path, field_type in pairs({
  class = ftypes.UINT8, slot = ftypes.UINT8, part = ftypes.UINT8,
  sequence = ftypes.UINT8, length = ftypes.UINT16, check = ftypes.UINT16, counter = ftypes.UINT8,
}) do declare(path, field_type) end
fields["whole_in"] = ProtoField.new("record is whole in frame", "tandem.whole_in", ftypes.FRAMENUM)
declared[#declared + 1] = fields["whole_in"]
tandem.fields = declared

local unreadable = ProtoExpert.new("tandem.unreadable", "the record cannot be read", expert.group.MALFORMED, expert.severity.ERROR)
local missing = ProtoExpert.new("tandem.missing", "frames of the record are missing", expert.group.SEQUENCE, expert.severity.WARN)
tandem.experts = { unreadable, missing }

local can_identifier = Field.new("can.id")
-- Only FD frames have it.
local bit_rate_switch = Field.new("canfd.flags.brs")
local isup = Dissector.get("isup")

-- ----------------------------------------------------------------------------------------------------------------- reading

-- A reader is { tvb, offset, stop }. What is wrong is raised as { what, offset }.

local function fault(reader, what) error({ what = what, offset = reader.offset }, 0) end

local function take(reader, count, path)
  if reader.offset + count > reader.stop then fault(reader, "truncated, in " .. path) end
  local offset = reader.offset
  reader.offset = offset + count
  return offset
end

local function unsigned(reader, count, path)
  local start = take(reader, count, path)
  local value = 0
  for place = start, start + count - 1 do value = value * 256 + reader.tvb(place, 1):uint() end
  return value
end

local function varint(reader, path)
  local value, scale = 0, 1
  for _ = 1, 7 do
    local octet = unsigned(reader, 1, path)
    value = value + (octet % 128) * scale
    if octet < 128 then return value end
    scale = scale * 128
  end
  fault(reader, "more than 49 bits, in " .. path)
end

local function add_number(tree, path, reader, start, value, is_long)
  local range = reader.tvb(start, reader.offset - start)
  if is_long then value = UInt64(value % 4294967296, math.floor(value / 4294967296)) end
  tree:add(fields[path], range, value)
end

local read_shape, dissect_inner

-- The values of a layout, by name, so that what comes later can look at what came before.
local function read_parts(parts, path, reader, tree, values, context)
  for _, part in ipairs(parts) do
    if part.bits then
      local total = 0
      for _, width in ipairs(part.bits) do total = total + width[2] end
      local start = reader.offset
      local packed = unsigned(reader, total / 8, path)
      for _, width in ipairs(part.bits) do
        total = total - width[2]
        local value = math.floor(packed / 2 ^ total) % (2 ^ width[2])
        values[width[1]] = value
        add_number(tree, under(path, width[1]), reader, start, value)
      end
    elseif part.when == nil or values[part.when] ~= 0 then
      for _, field in ipairs(part) do
        values[field[1]] = read_shape(field[2], under(path, field[1]), reader, tree, values, context)
      end
    end
  end
end

local function branch_of(tree, reader, label) return tree:add(reader.tvb(reader.offset), label) end

local function read_variants(shape, path, reader, tree, context)
  local start = reader.offset
  local head = unsigned(reader, 1, path)
  local below = 1
  for _, width in ipairs(shape.shared) do below = below * 2 ^ width[2] end
  local case = shape.cases[math.floor(head / below)]
  local values = {}
  for _, width in ipairs(shape.shared) do
    below = below / 2 ^ width[2]
    values[width[1]] = math.floor(head / below) % (2 ^ width[2])
    add_number(tree, under(path, width[1]), reader, start, values[width[1]])
  end
  if case == nil then
    reader.offset = start
    fault(reader, "no such kind, in " .. path)
  end
  tree:add(fields[under(path, "kind")], reader.tvb(start, 1), case[1])
  values.kind = case[1]
  read_parts(case[2], under(path, case[1]), reader, tree, values, context)
  return values
end

function read_shape(shape, path, reader, tree, siblings, context)
  local start = reader.offset
  if type(shape) == "table" then
    if shape.list then
      local count = varint(reader, path)
      if count > reader.stop - reader.offset then fault(reader, "truncated, in " .. path) end
      for place = 1, count do
        if type(shape.list) == "string" then
          read_shape(shape.list, path, reader, tree, siblings, context)
        else
          local from = reader.offset
          local branch = branch_of(tree, reader, path:match("[^.]+$") .. " " .. place)
          read_shape(shape.list, path, reader, branch, siblings, context)
          branch:set_len(reader.offset - from)
        end
      end
      return count
    end
    if shape.layout then
      local values = {}
      read_parts(shape.layout, path, reader, tree, values, context)
      return values
    end
    return read_variants(shape, path, reader, tree, context)
  end
  if shape == "octets" or shape == "rest" then
    local count = shape == "rest" and reader.stop - reader.offset or varint(reader, path)
    local from = take(reader, count, path)
    -- Octets that are not there have no range.
    if count > 0 then
      local item = tree:add(fields[path], reader.tvb(from, count))
      dissect_inner(path, { tvb = reader.tvb, offset = from, stop = from + count }, item, siblings, context)
    end
    return count
  end
  if shape == "varint" then
    local value = varint(reader, path)
    add_number(tree, path, reader, start, value, true)
    return value
  end
  if shape == "flag" then
    local value = unsigned(reader, 1, path)
    tree:add(fields[path], reader.tvb(start, 1), value ~= 0)
    return value
  end
  local value = unsigned(reader, tonumber(shape:sub(2)) / 8, path)
  add_number(tree, path, reader, start, value, shape == "u48")
  return value
end

-- What is read from the root of a name, all of it.
local function read_root(root, reader, tree, context)
  local values = read_shape(shapes[root], root, reader, tree, {}, context)
  if reader.offset < reader.stop then fault(reader, "octets left over, in " .. root) end
  return values
end

-- The message with the circuit's number in place of the CIC, which the record does not say.
local function dissect_isup(reader, item, siblings, context)
  local cic = siblings.cic or siblings.circuit or 0
  local message = ByteArray.new()
  message:set_size(2)
  message:set_index(0, cic % 256)
  message:set_index(1, math.floor(cic / 256) % 16)
  message:append(reader.tvb(reader.offset, reader.stop - reader.offset):bytes())
  local fine = pcall(isup.call, isup, message:tvb("ISUP"), context.pinfo, context.top)
  if not fine then item:add_proto_expert_info(unreadable, "malformed ISUP message") end
end

function dissect_inner(path, reader, item, siblings, context)
  local root = inner[path]
  if root == nil then return end
  if root == "isup" then return dissect_isup(reader, item, siblings, context) end
  if root == "body" and bodies[siblings.consumed] then root = bodies[siblings.consumed] end
  local values = read_root(root, reader, item, context)
  if root == "told" then context.told = values.kind end
end

-- -------------------------------------------------------------------------------------------------------------- reassembly

-- By class, slot and the low bits of the sequence: the record that is coming or has come, and the data of its frames so far.
local streams = {}
-- By class and slot: the low bits of the sequence of the record that began last.
local newest = {}
-- By number of frame: what it did. A packet may be dissected again, in any order.
local outcomes = {}

function tandem.init()
  streams, newest, outcomes = {}, {}, {}
end

local function hex(tvb) return tvb:range():bytes():tohex() end

-- CRC-16/CCITT, begun with what identifies the record.
local function check_of(identity, octets)
  local crc = identity % 65536
  for place = 0, octets:len() - 1 do
    crc = bit.bxor(crc, octets:get_index(place) * 256)
    for _ = 1, 8 do
      local carry = crc >= 32768
      crc = (crc * 2) % 65536
      if carry then crc = bit.bxor(crc, 0x1021) end
    end
  end
  return crc
end

-- What a frame does: { copy = stream }, { pending = stream }, { record = stream }, or { broken = true }.
local function begin_record(tvb, class, slot, number)
  local data = hex(tvb)
  if tvb:len() < 5 then return { broken = true } end
  local sequence = tvb(0, 1):uint()
  local length, header = tvb(1, 1):uint(), 4
  if length >= 128 then length, header = length % 128 + tvb(2, 1):uint() * 128, 5 end
  if length <= tvb:len() - header then return { broken = true } end
  local key = class .. " " .. slot .. " " .. sequence % 8
  local known = streams[key]
  if known and known.frames[1] == data then return { copy = known } end
  local stream = {
    sequence = sequence, length = length, check = tvb(header - 2, 2):uint(), frames = { data }, first = number,
    octets = tvb(header):bytes(), class = class, slot = slot,
  }
  streams[key] = stream
  newest[class .. " " .. slot] = key
  return { pending = stream }
end

local function continue_record(tvb, class, slot, part, number)
  if tvb:len() < 1 then return { broken = true } end
  local counter = tvb(0, 1):uint()
  local stream = streams[class .. " " .. slot .. " " .. math.floor(counter / 32)]
  if stream == nil then return { broken = true } end
  local data = hex(tvb)
  local index = counter % 32
  -- The index goes round; a copy is one of the last frames.
  for place = #stream.frames, math.max(2, #stream.frames - 30), -1 do
    if (place - 1) % 32 == index and stream.frames[place] == data then return { copy = stream } end
  end
  local wanted = stream.length - stream.octets:len()
  local has = tvb:len() - 1
  local fits = part == 3 and has >= wanted or part == 2 and has < wanted
  if stream.whole or #stream.frames % 32 ~= index or not fits then return { broken = true } end
  stream.frames[#stream.frames + 1] = data
  if math.min(has, wanted) > 0 then stream.octets:append(tvb(1, math.min(has, wanted)):bytes()) end
  if part == 2 then return { pending = stream } end
  local identity = bit.bxor(bit.bxor((class * 16384) % 65536, slot * 256), stream.sequence)
  if check_of(identity, stream.octets) ~= stream.check then return { broken = true } end
  stream.whole = number
  return { record = stream }
end

local function reassemble(tvb, class, slot, part, number)
  local outcome = outcomes[number]
  if outcome == nil then
    if part == 1 then outcome = begin_record(tvb, class, slot, number)
    else outcome = continue_record(tvb, class, slot, part, number) end
    outcomes[number] = outcome
  end
  return outcome
end

-- -------------------------------------------------------------------------------------------------------------- dissection

-- What the list of packets says of a record, from its values.
local function about_of(root, values, context)
  if root == "heartbeat" then return names["heartbeat.role"][values.role] .. ", term " .. values.term end
  if root == "commit" then
    return "#" .. values.sequence .. " term " .. values.term .. ", consumed: " .. names["commit.consumed"][values.consumed]
  end
  if root == "input" then return "#" .. values.number .. " " .. (context.told or "") end
  return values.kind
end

local function dissect_record(tvb, class, tree, context)
  local root = roots[class]
  local reader = { tvb = tvb, offset = 0, stop = tvb:len() }
  local fine, problem = pcall(read_root, root, reader, tree, context)
  if fine then
    context.about = about_of(root, problem, context)
    return
  end
  if type(problem) ~= "table" then error(problem, 0) end
  tree:add_proto_expert_info(unreadable, problem.what .. " at offset " .. problem.offset)
end

local function dissect_whole(tvb, class, is_fd, tree, context)
  local header = is_fd and 2 or 1
  if tvb:len() < header then
    tree:add_proto_expert_info(missing)
    return
  end
  tree:add(fields["sequence"], tvb(0, 1))
  local length = tvb:len() - 1
  if is_fd then
    tree:add(fields["length"], tvb(1, 1))
    length = tvb(1, 1):uint()
  end
  if header + length > tvb:len() then
    tree:add_proto_expert_info(missing)
    return
  end
  if length == 0 then
    tree:add_proto_expert_info(unreadable)
    return
  end
  dissect_record(tvb(header, length):tvb(), class, tree, context)
end

local function dissect_part(tvb, class, slot, part, tree, context)
  if part == 1 and tvb:len() >= 5 then
    local long = tvb(1, 1):uint() >= 128
    local length = tvb(1, 1):uint()
    if long then length = length % 128 + tvb(2, 1):uint() * 128 end
    tree:add(fields["sequence"], tvb(0, 1))
    tree:add(fields["length"], tvb(1, long and 2 or 1), length)
    tree:add(fields["check"], tvb(long and 3 or 2, 2))
  elseif part ~= 1 and tvb:len() >= 1 then
    tree:add(fields["counter"], tvb(0, 1))
  end
  local outcome = reassemble(tvb, class, slot, part, context.pinfo.number)
  if outcome.broken then
    tree:add_proto_expert_info(missing)
    return "frames are missing"
  end
  local stream = outcome.copy or outcome.pending or outcome.record
  if outcome.record then
    dissect_record(stream.octets:tvb("Record"), class, tree, context)
    return nil
  end
  if stream.whole then tree:add(fields["whole_in"], stream.whole):set_generated() end
  return outcome.copy and "copy" or part_names[part] .. " part"
end

function tandem.dissector(tvb, pinfo, tree)
  local identifier = can_identifier()
  if identifier == nil or tvb:len() == 0 then return 0 end
  local id = identifier.value
  local class, slot, part = math.floor(id / 256), math.floor(id / 4) % 64, id % 4
  local branch = tree:add(tandem, tvb(), "Tandem backplane, " .. class_names[class] .. " of slot " .. slot)
  branch:add(fields["class"], class):set_generated()
  branch:add(fields["slot"], slot):set_generated()
  branch:add(fields["part"], part):set_generated()
  local context = { pinfo = pinfo, top = tree }
  local about
  if class == 0 then dissect_record(tvb, class, branch, context)
  elseif part == 0 then dissect_whole(tvb, class, bit_rate_switch() ~= nil, branch, context)
  else about = dissect_part(tvb, class, slot, part, branch, context) end
  pinfo.cols.protocol = "TANDEM"
  local info = "slot " .. slot .. " " .. class_names[class]
  about = about or context.about
  if about then info = info .. ": " .. about end
  pinfo.cols.info = info
  return tvb:len()
end

DissectorTable.get("can.id"):add("0-2047", tandem)
