extension Field {
    /// Additions that do not fit the type, as sentences: values, dates, wire forms.
    var formFaults: [String] {
        var faults: [String] = []
        let kind = type.kind
        let isScalar = kind != .object && kind != .map && kind != .json && kind != .bytes && jsonType == nil
        if !isScalar, !values.isEmpty || sensitivity != nil || key != nil {
            faults.append("values, sensitive and key apply only to texts, numbers, flags and dates")
        }
        switch dateForm {
        case .milliseconds? where kind != .number && kind != .string:
            faults.append("milliseconds apply only to a Number or a String")
        case .dashed?, .dotted?, .day?:
            if kind != .string && kind != .date { faults.append("this date form applies only to a String or a Date") }
        case nil, .milliseconds?:
            break
        }
        if wireForm == .list, kind != .object || type.isList {
            faults.append("wire applies only to an object that is not a list")
        }
        if jsonType != nil, kind != .string || type.isList { faults.append("json applies only to a String") }
        return faults
    }
}
