package import Audit
package import Curl

/// The parts that a worker owns. They are made for its loop, and used only on it.
package struct WorkerParts {
    let curl: CurlClient
    let trail: TrailWriter
    let reader: TrailReader
    let replySeals: ReplySeals

    /// All parts of one worker.
    package init(curl: CurlClient, trail: TrailWriter, reader: TrailReader, replySeals: ReplySeals) {
        self.curl = curl
        self.trail = trail
        self.reader = reader
        self.replySeals = replySeals
    }
}
