package import Audit
package import Curl

/// What a worker owns: made for its loop, used on its loop alone.
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
