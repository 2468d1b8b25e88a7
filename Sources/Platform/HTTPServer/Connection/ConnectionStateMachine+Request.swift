import Bytes
import HTTP1

/// One request from its head to the last byte of its body.
extension ConnectionStateMachine {
    /// Refuses a body whose announced length exceeds the whole budget. Other bodies reserve bytes as they arrive, so
    /// that an announcement alone reserves nothing.
    private func checkRoom(for length: Int) throws(HTTPRequestError) {
        guard length > settings.bodyBudget.limit else { return }
        settings.bodyBudget.noteRefusal()
        throw .tooManyBodyBytes(limit: settings.bodyBudget.limit)
    }

    private mutating func reserve(_ count: Int) -> Bool {
        let reservation = reservation ?? ByteReservation(of: settings.bodyBudget)
        self.reservation = reservation
        return reservation.grow(by: count)
    }

    /// The head of a request is complete: the responder decides on it.
    mutating func begin(_ head: RequestHead, now: UInt64) -> Action {
        isHead = head.method == "HEAD"
        switch admission {
        case .admitted: break
        case .surplus: return leave()
        case .refused:
            return refuse(.tooManyConnections(limit: settings.maximumConnections), headers: head.fields)
        }
        do throws(HTTPRequestError) {
            let framing = try RequestFraming(head)
            self.framing = framing
            // The time of a request starts with its first byte, which may have arrived before the rest of its head.
            let begunAt = phase == .partialHead ? deadline &- settings.headTimeout : now
            deadline = begunAt &+ settings.bodyTimeout
            var request = ServerRequest(
                method: head.method, path: framing.path, query: head.query, headers: head.fields, receivedAt: now)
            request.loopIndex = settings.loopIndex
            return try decide(consume request, framing, now: now)
        } catch {
            return refuse(error, headers: head.fields)
        }
    }

    private mutating func decide(
        _ request: consuming ServerRequest, _ framing: RequestFraming, now: UInt64
    ) throws(HTTPRequestError) -> Action {
        let awaitsContinue = framing.expectsContinue && framing.hasBody
        switch settings.decide(request, framing.contentLength) {
        case .proceed(let plan):
            if let length = framing.contentLength, length > plan.limit { throw .payloadTooLarge(limit: plan.limit) }
            if plan.isKept { try checkRoom(for: framing.contentLength ?? 0) }
            self.plan = plan
            request.context = plan.context
            self.request = consume request
            bodyCount = 0
            phase = .body
            return awaitsContinue ? .sendContinue : .nothing
        case .respond(let response):
            headResponse = response
            phase = .declined
            return awaitsContinue ? respondFromHead(bodyIsRead: false, now: now) : .nothing
        }
    }

    /// All parts of one read have been parsed. If the body is still incomplete, the response goes out without it.
    mutating func readCompleted(now: UInt64) -> Action {
        guard phase == .declined else { return .nothing }
        return respondFromHead(bodyIsRead: false, now: now)
    }

    /// Sends the response that the head has decided.
    /// - Parameter bodyIsRead: whether the body is complete, so that another request can follow on this connection.
    mutating func respondFromHead(bodyIsRead: Bool, now: UInt64) -> Action {
        guard let response = headResponse else { return .nothing }
        headResponse = nil
        if !bodyIsRead { framing?.keepsAlive = false }
        return .respondFromHead(response, number: beginWork(now: now))
    }

    mutating func gather(_ bytes: Span<UInt8>) -> Action {
        guard phase == .body else { return .nothing }
        bodyCount += bytes.count
        guard bodyCount <= plan.limit else { return refuse(.payloadTooLarge(limit: plan.limit)) }
        guard plan.isKept else { return .nothing }
        guard reserve(bytes.count) else { return refuse(.tooManyBodyBytes(limit: settings.bodyBudget.limit)) }
        if body.capacity < bodyCount {
            // An announced length alone reserves at most 64 KiB. A body that arrives gets room for exactly its length.
            let doubled = max(bodyCount, 2 * body.count)
            let announced = framing?.contentLength ?? doubled
            body.reserveCapacity(body.isEmpty ? max(bodyCount, min(announced, 64 * 1024)) : min(announced, doubled))
        }
        body.append(bytes)
        return .nothing
    }

    mutating func finish(now: UInt64) -> Action {
        if phase == .declined { return respondFromHead(bodyIsRead: true, now: now) }
        guard phase == .body, var request = request.take() else { return .nothing }
        request.body = body
        request.reservation = reservation
        body = []
        reservation = nil
        return .respond(request, number: beginWork(now: now))
    }

    private mutating func beginWork(now: UInt64) -> UInt64 {
        phase = .working
        number &+= 1
        deadline = now &+ settings.responseTimeout
        return number
    }
}
