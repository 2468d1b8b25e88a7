import JSON
import Postgres

/// A change for the record in `vault.events`: who changed what, from where. It never has a secret.
package struct ChangeEvent: Sendable {
    /// The name of the token, or the database user of the command line.
    package var actor: String
    /// The address of the client, or the host of the command line or of the replica.
    package var origin: String
    /// What was done, such as `session.refresh`.
    package var action: String
    /// What it was done to, such as `APP/SELLER`.
    package var object: String
    /// More about it.
    package var detail: [(name: String, value: String)]

    /// All members.
    package init(
        actor: String, origin: String, action: String, object: String, detail: [(name: String, value: String)] = []
    ) {
        self.actor = actor
        self.origin = origin
        self.action = action
        self.object = object
        self.detail = detail
    }

    fileprivate var detailJSON: String {
        var json = JSONWriter(capacity: 128)
        json.beginObject()
        for member in detail {
            json.name(member.name)
            json.string(member.value)
        }
        json.endObject()
        return String(decoding: json.bytes, as: UTF8.self)
    }
}

extension VaultStore {
    /// Adds an event. Within a change it is committed with the change.
    func add(_ event: ChangeEvent) async throws(VaultError) {
        _ = try await query(
            "INSERT INTO vault.events (actor, origin, action, object, detail) VALUES ($1, $2, $3, $4, $5::jsonb)",
            [
                .text(event.actor), .text(event.origin), .text(event.action), .text(event.object),
                .text(event.detailJSON),
            ])
    }
}
