-- Generated from hack/argocd/health.lua by `make generate`; do not edit.
local party = {}
local optional = {}
-- Only what Argo CD gives a script by default: no string library. The tables come from the stages.
local late = {
  Overdue = true, TrialExpired = true, AgreementExpired = true, MlpsReportOverdue = true,
  IntegrationOverdue = true,
}
local ended = {
  Refused = true, Ineffective = true, NamespaceTaken = true, NameTwice = true,
  KindNotAllowed = true, SetupFailed = true,
}

local function health(status, message)
  return {status = status, message = message}
end

local function waits(status)
  local due, said = {}, {}
  for _, clock in ipairs(status.clocks or {}) do
    if not clock.closedAt then due[clock.stage] = clock.dueAt end
  end
  for _, open in ipairs(status.awaiting or {}) do
    if not optional[open.stage] then
      local text = "awaiting " .. open.stage .. " by the " .. (party[open.stage] or "authority")
      if due[open.stage] then text = text .. " until " .. due[open.stage] end
      said[#said + 1] = text
    end
  end
  return said
end

local seen, status = obj.metadata.generation or 0, obj.status or {}
local ready
if (status.observedGeneration or 0) < seen or not status.conditions then
  return health("Progressing", "the operator has not yet seen this generation")
end
for _, condition in ipairs(status.conditions) do
  if condition.type == "Ready" then ready = condition end
end
if not ready or (ready.observedGeneration or 0) < seen then
  return health("Progressing", "the operator has not yet judged this generation")
end
local said = waits(status)
-- what is in the way while somebody can still decide, such as a takeover, is no end
if ready.status ~= "True" and ended[ready.reason] and not said[1] then
  return health("Degraded", ready.message)
end
for _, condition in ipairs(status.conditions) do
  if late[condition.type] and condition.status == "True" then
    local text = condition.message
    if said[1] then text = table.concat(said, "; ") .. ": " .. text end
    return health("Degraded", text)
  end
end
for _, condition in ipairs(status.conditions) do
  if condition.type == "Suspended" and condition.status == "True" then
    return health("Suspended", condition.message)
  end
end
if said[1] then
  local text = table.concat(said, "; ")
  if ready.reason == "ChecksFailed" or ended[ready.reason] then text = text .. ": " .. ready.message end
  return health("Suspended", text)
end
return health(ready.status == "True" and "Healthy" or "Progressing", ready.message)
