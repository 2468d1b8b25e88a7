-- wrk's script: one POST again and again, and one line of JSON at the end.
-- wrk … URL -- FOLDER APP, where FOLDER holds `body` (the request's JSON) and `token` (so that it is not an argument).
-- BENCH_PAUSE_MS in the environment: how long each connection waits before each request.

local function read(path)
    local file = assert(io.open(path, "rb"))
    local text = file:read("*a")
    file:close()
    return text
end

function init(args)
    local folder = args[1]
    wrk.method = "POST"
    wrk.body = read(folder .. "/body")
    wrk.headers["Content-Type"] = "application/json"
    wrk.headers["Authorization"] = "Bearer " .. read(folder .. "/token")
    if args[2] then
        wrk.headers["Top-App"] = args[2]
    end
end

local pause = tonumber(os.getenv("BENCH_PAUSE_MS") or "0")
if pause > 0 then
    function delay()
        return pause
    end
end

function done(summary, latency, requests)
    io.write(string.format(
        'RESULT {"calls":%d,"microseconds":%d,"p50":%d,"p90":%d,"p99":%d,"max":%d,' ..
        '"bad_status":%d,"connect":%d,"read":%d,"write":%d,"timeout":%d}\n',
        summary.requests, summary.duration,
        latency:percentile(50), latency:percentile(90), latency:percentile(99), latency.max,
        summary.errors.status, summary.errors.connect, summary.errors.read, summary.errors.write,
        summary.errors.timeout))
end
