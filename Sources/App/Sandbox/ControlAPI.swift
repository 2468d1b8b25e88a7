import JSON

/// The endpoints that order faults and show calls. They are separate from the path of a call.
///
/// `POST /_sandbox/faults` orders a fault (see `FaultOrder`), `GET` lists the ordered ones, and `DELETE` clears them.
/// `GET /_sandbox/calls` shows the last calls, oldest first. `POST /_sandbox/oauth` sets how long session keys and
/// refresh tokens last.
enum ControlAPI {
    static func answer(_ request: WireRequest, gateway: inout Gateway) -> WireResponse {
        switch (request.verb, request.path) {
        case ("POST", "/_sandbox/faults"): return order(request, &gateway)
        case ("GET", "/_sandbox/faults"): return faults(gateway.faults.orders)
        case ("DELETE", "/_sandbox/faults"):
            gateway.faults.removeAll()
            return faults([])
        case ("GET", "/_sandbox/calls"): return calls(gateway.calls)
        case ("POST", "/_sandbox/oauth"): return setOAuth(request, &gateway)
        case (_, "/_sandbox/faults"), (_, "/_sandbox/calls"), (_, "/_sandbox/oauth"):
            return refusal(405, "method not allowed")
        default: return refusal(404, "no such endpoint")
        }
    }

    private static func order(_ request: WireRequest, _ gateway: inout Gateway) -> WireResponse {
        do throws(FaultOrder.InvalidOrderError) {
            let order = try FaultOrder(json: request.body)
            do throws(FaultBook.FullError) { try gateway.faults.add(order) } catch {
                return refusal(429, "\(error.limit) faults are ordered, which is the limit")
            }
            return faults(gateway.faults.orders)
        } catch {
            return refusal(400, error.detail)
        }
    }

    /// `{"expires_in": SECONDS, "re_expires_in": SECONDS}`; what is left out stays.
    private static func setOAuth(_ request: WireRequest, _ gateway: inout Gateway) -> WireResponse {
        guard let root = try? JSONDocument(request.body).root, root.kind == .object else {
            return refusal(400, "a JSON object is expected")
        }
        for member in root.members {
            guard let seconds = member.value.integer, (0...31_536_000).contains(seconds) else {
                return refusal(400, "\(member.name.prefix(64)) must be a number of seconds up to a year")
            }
            switch member.name {
            case "expires_in": gateway.oauth.expiresIn = seconds
            case "re_expires_in": gateway.oauth.refreshExpiresIn = seconds
            default: return refusal(400, "known are expires_in and re_expires_in")
            }
        }
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("expires_in")
        writer.integer(gateway.oauth.expiresIn)
        writer.name("re_expires_in")
        writer.integer(gateway.oauth.refreshExpiresIn)
        writer.endObject()
        return .json(writer.bytes)
    }

    private static func refusal(_ status: Int, _ detail: String) -> WireResponse {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("error")
        writer.string(detail)
        writer.endObject()
        return .json(writer.bytes, status: status)
    }

    private static func faults(_ orders: [FaultOrder]) -> WireResponse {
        listed("faults", orders) { order, writer in
            writer.name("fault")
            writer.string("\(order.fault)")
            if let method = order.method {
                writer.name("method")
                writer.string(method)
            }
            if let remaining = order.remaining {
                writer.name("remaining")
                writer.integer(remaining)
            }
        }
    }

    private static func calls(_ calls: [SandboxCall]) -> WireResponse {
        listed("calls", calls) { call, writer in
            writer.name("number")
            writer.integer(call.number)
            writer.name("at")
            writer.string(ChinaTime.text(epochSeconds: call.epochSeconds))
            writer.name("method")
            writer.string(call.method)
            writer.name("error_code")
            if let code = call.errorCode { writer.integer(code) } else { writer.null() }
            writer.name("struck")
            writer.bool(call.isStruck)
            writer.name("parameters")
            writer.beginArray()
            for parameter in call.parameters {
                writer.beginArray()
                writer.string(parameter.name)
                writer.string(parameter.value)
                writer.endArray()
            }
            writer.endArray()
            writer.name("files")
            writer.beginArray()
            for file in call.files {
                writer.beginObject()
                writer.name("name")
                writer.string(file.name)
                writer.name("filename")
                writer.string(file.filename)
                writer.name("bytes")
                writer.integer(file.byteCount)
                writer.endObject()
            }
            writer.endArray()
        }
    }

    private static func listed<Element>(
        _ name: String, _ elements: [Element], _ write: (Element, inout JSONWriter) -> Void
    ) -> WireResponse {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name(name)
        writer.beginArray()
        for element in elements {
            writer.beginObject()
            write(element, &writer)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return .json(writer.bytes)
    }
}
