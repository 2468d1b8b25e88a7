extension Field {
    /// What its type has no place for, in words: values, dates, wire forms.
    var formFaults: [String] {
        var faults: [String] = []
        let kind = type.kind
        let isScalar = kind != .object && kind != .map && kind != .json && kind != .bytes && jsonType == nil
        if !isScalar, !values.isEmpty || sensitivity != nil || key != nil {
            faults.append("values, sensitive and key are for texts, numbers, flags and dates")
        }
        switch dateForm {
        case .milliseconds? where kind != .number && kind != .string:
            faults.append("milliseconds are for a Number or a String")
        case .dashed?, .dotted?, .day?:
            if kind != .string && kind != .date { faults.append("that date is for a String or a Date") }
        case nil, .milliseconds?:
            break
        }
        if wireForm == .list, kind != .object || type.isList {
            faults.append("wire is for an object that is no list")
        }
        if jsonType != nil, kind != .string || type.isList { faults.append("json is for a String") }
        return faults
    }
}
