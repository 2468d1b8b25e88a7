internal import EventLoop
internal import Time

// MARK: Outcomes of batches

extension BatchWriter {
    func handle(_ outcome: BatchOutcome, of batch: WriteBatch, _ connection: WriterConnection) {
        end(batch)
        switch outcome {
        case .committed:
            metrics.batches.add(1)
            lastError = nil
            // Send the next batch first, then let the callers of this one continue.
            if !queue.isEmpty { dispatch() }
            for request in batch.requests { settle(request, nil) }
            onCommit?()
        case .perRequest(let answers):
            for (request, answer) in zip(batch.requests, answers) { settleAlone(request, answer) }
            scheduleDispatch()
        case .refused(let error, let index):
            handleRefusal(error, at: index, of: batch, connection)
        case .lost:
            break  // `onDown` reports it.
        }
    }

    private func handleRefusal(
        _ error: PostgresError, at index: Int?, of batch: WriteBatch, _ connection: WriterConnection
    ) {
        guard batch.requests.count > 1 else {
            scheduleDispatch()
            return settleAlone(batch.requests[0], error, connection)
        }
        // Requests that expired meanwhile were part of the batch, but are not sent again.
        let requests = batch.requests.filter { !$0.isSettled }
        lastError = error
        onEvent?(.retrying(error))
        let isInDoubt = requests.contains(where: \.isInDoubt)
        switch policy.action(
            for: error, requests: batch.requests.count, isInDoubt: isInDoubt, canDropColumns: false)
        {
        case .retry, .reconnect: retryLater(requests, error, connection)
        case .split:
            let blamed = index.map { batch.requests[$0] }.flatMap { $0.isSettled ? nil : $0 }
            split(requests, blamed)
        case .isolate, .written, .dropColumns, .defer, .fail: resend(requests, .perRequest)
        }
        scheduleDispatch()
    }

    private func retryLater(_ requests: [WriteRequest], _ error: PostgresError, _ connection: WriterConnection?) {
        for request in requests { request.lastError = error }
        resend(requests, .perBatch, until: EventLoop.now() &+ configuration.doubtWindow.nanoseconds)
        if error.sqlState == "25006" { connection?.reconnect(because: error) } else { connection?.rest() }
    }

    private func split(_ requests: [WriteRequest], _ blamed: WriteRequest?) {
        if let blamed {
            resend([blamed], .perBatch)
            resend(requests.filter { $0 !== blamed }, .perBatch)
        } else {
            resend(Array(requests[(requests.count / 2)...]), .perBatch)
            resend(Array(requests[..<(requests.count / 2)]), .perBatch)
        }
    }

    /// Handles the answer to a request that was alone in its transaction. Nil is durable.
    func settleAlone(_ request: WriteRequest, _ error: PostgresError?, _ connection: WriterConnection? = nil) {
        guard !request.isSettled else { return }
        guard let error else {
            metrics.batches.add(1)
            return settle(request, nil)
        }
        let canDropColumns =
            !request.hasDroppedColumns && request.rows.contains { tableHasDroppableColumns[$0.table] }
        request.lastError = error
        switch policy.action(
            for: error, requests: 1, isInDoubt: request.isInDoubt, canDropColumns: canDropColumns)
        {
        case .written: settle(request, nil)
        case .dropColumns:
            request.dropColumns(tables)
            metrics.droppedColumns.add(1)
            onEvent?(.droppedColumns(error))
            resend([request], .perBatch)
        case .defer: deferRequest(request, error)
        case .fail, .split, .isolate: refuse(request, error)
        case .retry, .reconnect:
            lastError = error
            onEvent?(.retrying(error))
            retryLater([request], error, connection)
        }
    }

    private func refuse(_ request: WriteRequest, _ error: PostgresError) {
        metrics.refused.add(1)
        onEvent?(.refused(error))
        settle(request, .refused(error))
    }

    func settle(_ request: WriteRequest, _ failure: WriteError?) {
        guard !request.isSettled else { return }
        metrics.queuedRequests.add(-1)
        metrics.queuedBytes.add(-request.bytes)
        if failure == nil { metrics.rows.add(request.rowCount) }
        let wasListed = request.hasWaiter && request.deadline != .max
        request.settle(failure)
        if wasListed { waiting.hasAnswered() }
        if metrics.queuedRequests.value == 0, !flushes.isEmpty { endFlushes(true) }
    }
}

// MARK: Deferred requests

extension BatchWriter {
    private func deferRequest(_ request: WriteRequest, _ error: PostgresError) {
        let now = EventLoop.now()
        if request.deferredSince == 0 { request.deferredSince = now }
        guard now &- request.deferredSince < configuration.deferralLimit.nanoseconds else {
            return refuse(request, error)
        }
        deferred.append(request)
        metrics.deferredRequests.set(deferred.count)
        lastError = error
        guard deferralTimer == nil else { return }
        onEvent?(.deferred(error, requests: deferred.count))
        deferralTimer = loop.schedule(after: configuration.deferralInterval) { [self] in retryDeferred() }
    }

    func retryDeferred() {
        deferralTimer?.cancel()
        deferralTimer = nil
        let requests = deferred
        deferred = []
        metrics.deferredRequests.set(0)
        resend(requests, .perRequest)
    }

    func endFlushes(_ isEmpty: Bool) {
        let ended = flushes
        flushes = []
        for flush in ended { flush.end(isEmpty) }
    }
}
