internal import EventLoop

// MARK: Answers

extension GroupWriter {
    func handle(_ outcome: BatchOutcome, of batch: WriteBatch, _ seconds: Double, _ lane: WriterLane) {
        end(batch)
        switch outcome {
        case .committed:
            statistics.batches += 1
            statistics.lastBatchRows = batch.rowCount
            lastError = nil
            // The next batch is sent before those who waited for this one go on.
            if !queue.isEmpty { dispatch() }
            for unit in batch.units { settle(unit, nil) }
            onCommit?(seconds, batch.rowCount)
        case .separate(let answers):
            for (unit, answer) in zip(batch.units, answers) { settleAlone(unit, answer) }
            scheduleDispatch()
        case .refused(let error, let place):
            handleRefusal(error, at: place, of: batch, lane)
        case .lost:
            break  // told by `onDown`
        }
    }

    private func handleRefusal(_ error: PostgresError, at place: Int?, of batch: WriteBatch, _ lane: WriterLane) {
        guard batch.units.count > 1 else {
            scheduleDispatch()
            return settleAlone(batch.units[0], error, lane)
        }
        // Units that nobody waits for any more were part of it, but do not go again.
        let units = batch.units.filter { !$0.isSettled }
        lastError = error
        onEvent?(.retrying(error))
        let isInDoubt = units.contains(where: \.isInDoubt)
        switch policy.action(for: error, units: batch.units.count, isInDoubt: isInDoubt, canSacrifice: false) {
        case .retry, .reconnect: retryLater(units, error, lane)
        case .split:
            let blamed = place.map { batch.units[$0] }.flatMap { $0.isSettled ? nil : $0 }
            split(units, blamed)
        case .separate, .written, .sacrifice, .park, .fail: again(units, .separately)
        }
        scheduleDispatch()
    }

    private func retryLater(_ units: [WriteUnit], _ error: PostgresError, _ lane: WriterLane) {
        for unit in units { unit.lastTrouble = error }
        again(units, .together, until: EventLoop.now() &+ configuration.doubtWindow.nanoseconds)
        if error.sqlState == "25006" { lane.reconnect(because: error) } else { lane.rest() }
    }

    private func split(_ units: [WriteUnit], _ blamed: WriteUnit?) {
        if let blamed {
            again([blamed], .together)
            again(units.filter { $0 !== blamed }, .together)
        } else {
            again(Array(units[(units.count / 2)...]), .together)
            again(Array(units[..<(units.count / 2)]), .together)
        }
    }

    /// Deals with the answer to a unit that was alone in its transaction; nil is durable.
    func settleAlone(_ unit: WriteUnit, _ error: PostgresError?, _ lane: WriterLane? = nil) {
        guard !unit.isSettled else { return }
        guard let error else {
            statistics.batches += 1
            statistics.lastBatchRows = unit.rowCount
            return settle(unit, nil)
        }
        let canSacrifice = !unit.isSacrificed && unit.rows.contains { tableHasBodies[$0.table] }
        unit.lastTrouble = error
        switch policy.action(for: error, units: 1, isInDoubt: unit.isInDoubt, canSacrifice: canSacrifice) {
        case .written: settle(unit, nil)
        case .sacrifice:
            unit.sacrifice(tables)
            statistics.sacrificed += 1
            onEvent?(.sacrificed(error))
            again([unit], .together)
        case .park: park(unit, error)
        case .fail, .split, .separate: refuse(unit, error)
        case .retry, .reconnect:
            lastError = error
            onEvent?(.retrying(error))
            again([unit], .together, until: EventLoop.now() &+ configuration.doubtWindow.nanoseconds)
            if error.sqlState == "25006" { lane?.reconnect(because: error) } else { lane?.rest() }
        }
    }

    private func refuse(_ unit: WriteUnit, _ error: PostgresError) {
        statistics.refused += 1
        onEvent?(.refused(error))
        settle(unit, .refused(error))
    }

    func settle(_ unit: WriteUnit, _ failure: WriteError?) {
        guard !unit.isSettled else { return }
        statistics.queuedUnits -= 1
        statistics.queuedBytes -= unit.bytes
        if failure == nil { statistics.rows += unit.rowCount }
        let wasListed = unit.hasWaiter && unit.deadline != .max
        unit.settle(failure)
        if wasListed { waiting.hasAnswered() }
        if statistics.queuedUnits == 0, !flushes.isEmpty { endFlushes(true) }
    }
}

// MARK: Parking

extension GroupWriter {
    private func park(_ unit: WriteUnit, _ error: PostgresError) {
        let now = EventLoop.now()
        if unit.parkedSince == 0 { unit.parkedSince = now }
        guard now &- unit.parkedSince < configuration.parkedAtMost.nanoseconds else { return refuse(unit, error) }
        parked.append(unit)
        statistics.parkedUnits = parked.count
        lastError = error
        guard parkTimer == nil else { return }
        onEvent?(.parked(error, units: parked.count))
        parkTimer = loop.schedule(after: configuration.parkInterval) { [self] in unpark() }
    }

    func unpark() {
        parkTimer?.cancel()
        parkTimer = nil
        let units = parked
        parked = []
        statistics.parkedUnits = 0
        again(units, .separately)
    }

    func endFlushes(_ isEmpty: Bool) {
        let ended = flushes
        flushes = []
        for flush in ended { flush.end(isEmpty) }
    }
}
