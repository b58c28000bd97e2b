-- What wrk sends. Arguments: kind (get | create), path with {id} for a random ticket, number of tickets,
-- channel, token (empty for none), seed.
local kind, path, tickets, channel, token

function init(args)
  kind, path, tickets, channel, token = args[1], args[2], tonumber(args[3]), args[4], args[5]
  math.randomseed(tonumber(args[6]))
  wrk.headers["Content-Type"] = "application/json"
  if token ~= "" then
    wrk.headers["Authorization"] = "Bearer " .. token
  end
end

local words = { "login", "refund", "invoice", "delivery", "password", "account", "broken", "order", "late",
  "card", "payment", "change", "address", "cancel", "question", "thanks", "please", "booking", "luggage", "phone" }

local function sentence(n)
  local out = {}
  for i = 1, n do
    out[i] = words[math.random(#words)]
  end
  return table.concat(out, " ")
end

function request()
  if kind == "create" then
    local who = math.random(1, 1000000)
    local body = string.format(
      '{"channelID":%s,"incoming":true,"fromAddress":"bench%d@example.com","fromName":"Bench %d","subject":"%s","textBody":"%s"}',
      channel, who, who, sentence(5), sentence(60))
    return wrk.format("POST", path, nil, body)
  end
  return wrk.format("GET", (path:gsub("{id}", tostring(math.random(1, tickets)))))
end

local failed = 0
function response(status)
  if status >= 400 then
    failed = failed + 1
    if failed == 1 then
      io.stderr:write("status " .. status .. " for " .. path .. "\n")
    end
  end
end
