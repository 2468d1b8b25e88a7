/// What the doctor found out about one thing.
package struct Finding: Sendable, Equatable {
    /// What a finding is about.
    package enum Subject: Sendable, Equatable, CustomStringConvertible {
        case app
        case proxy
        case gateway
        case appKey
        case clock
        case sign
        case address
        case session(seller: String)
        case sessions

        /// The word for people.
        package var description: String {
            switch self {
            case .app: "app"
            case .proxy: "proxy"
            case .gateway: "gateway"
            case .appKey: "app key"
            case .clock: "clock"
            case .sign: "sign"
            case .address: "IP address"
            case .session(let seller): "session of \(seller)"
            case .sessions: "sessions"
            }
        }
    }

    /// The state of the thing.
    package enum State: Sendable, Equatable {
        /// It works.
        case works
        /// It does not work; the text says what to do.
        case fails
        /// It could not be found out; the text says why.
        case unknown
    }

    /// What it is about.
    package let subject: Subject
    /// The state.
    package let state: State
    /// A line for people. It never has a secret.
    package let text: String

    init(_ subject: Subject, _ state: State, _ text: String) {
        self.subject = subject
        self.state = state
        self.text = text
    }
}
