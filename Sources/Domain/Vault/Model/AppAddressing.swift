import JSON
package import TOP

/// How the calls of an app are addressed: the kind, and the parameters that go with each call beside TOP's own.
package struct AppAddressing: Sendable, Equatable {
    /// A parameter of each call.
    package struct Constant: Sendable, Equatable {
        package let name: String
        package let value: String

        /// A constant.
        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The kind of the app.
    package var kind: AppKind
    /// The app_key of the provider whose app serves the calls. A Qimen cloud app has one, and no other app does.
    package var targetAppKey: String?
    /// The Qimen cloud's id of the customer.
    package var customerID: String?
    /// The constants of the app. Callers cannot give parameters of these names.
    package var constants: [Constant]

    /// How the calls of an app are addressed. The default is an app of TOP itself without constants.
    package init(
        kind: AppKind = .top, targetAppKey: String? = nil, customerID: String? = nil, constants: [Constant] = []
    ) {
        self.kind = kind
        self.targetAppKey = targetAppKey
        self.customerID = customerID
        self.constants = constants
    }

    /// The system parameters that the Qimen cloud wants, and the constants.
    package var parameters: [Constant] {
        let qimen = [("target_app_key", targetAppKey), ("customerId", customerID)]
        return qimen.compactMap { name, value in value.map { Constant(name: name, value: $0) } } + constants
    }

    /// Where the response stands in the answers.
    package var responseForm: ResponseForm {
        ResponseForm(kind, isSimplified: constants.contains { $0.name == "simplify" && $0.value == "true" })
    }
}

extension AppAddressing {
    /// The most constants of an app.
    static let maximumConstants = 32
    /// The longest value of a constant, in bytes.
    static let maximumValueBytes = 1024
    /// TOP's own parameters that a constant may set.
    static let allowedSystemNames: Set<String> = ["partner_id", "simplify"]

    func check() throws(VaultError) {
        switch kind {
        case .top:
            guard targetAppKey == nil, customerID == nil else {
                throw .invalid(field: "target app key and customer id", expectation: "need the kind qimen-cloud")
            }
        case .qimenCloud:
            guard let targetAppKey else {
                throw .invalid(field: "target app key", expectation: "is required for the kind qimen-cloud")
            }
            try VaultInput.appKey(targetAppKey, field: "target app key")
            if let customerID { try VaultInput.seller(customerID, field: "customer id") }
        }
        guard constants.count <= Self.maximumConstants else {
            throw .invalid(field: "constants", expectation: "must be at most \(Self.maximumConstants)")
        }
        var names: Set<String> = []
        for constant in constants {
            guard names.insert(constant.name).inserted else {
                throw .invalid(field: "constant \(constant.name)", expectation: "must be given once")
            }
            try Self.check(constant)
        }
    }

    private static func check(_ constant: Constant) throws(VaultError) {
        guard VaultName.isValid(constant.name) else {
            throw .invalid(
                field: "name of a constant",
                expectation: "must be 1–\(VaultName.maximumLength) characters out of A-Z a-z 0-9 . _ -")
        }
        let field = "constant \(constant.name)"
        guard !SystemParameters.names.contains(constant.name) || allowedSystemNames.contains(constant.name) else {
            throw .invalid(
                field: field,
                expectation: "must not have a name of TOP's own, except partner_id and simplify")
        }
        if constant.name == "simplify", !["true", "false"].contains(constant.value) {
            throw .invalid(field: field, expectation: "must be true or false")
        }
        let scalars = constant.value.unicodeScalars
        guard (1...maximumValueBytes).contains(constant.value.utf8.count),
            !scalars.contains(where: { $0.properties.generalCategory == .control }),
            !scalars.allSatisfy({ $0.properties.isWhitespace })
        else {
            throw .invalid(
                field: field,
                expectation: "must have 1–\(maximumValueBytes) bytes, not only blanks, and no control characters")
        }
    }

    /// The constants as a JSON object of texts.
    var constantsJSON: String {
        var json = JSONWriter(capacity: 64)
        json.beginObject()
        for constant in constants {
            json.name(constant.name)
            json.string(constant.value)
        }
        json.endObject()
        return String(decoding: json.bytes, as: UTF8.self)
    }

    /// The constants in a JSON object of texts, by name; nil if the text is not such an object.
    static func constants(inJSON text: String) -> [Constant]? {
        guard let root = try? JSONDocument(Array(text.utf8)).root, root.kind == .object else { return nil }
        var constants: [Constant] = []
        for field in root.fields {
            guard let value = field.value.string else { return nil }
            constants.append(Constant(name: field.name, value: value))
        }
        return constants.sorted { $0.name < $1.name }
    }
}
