/// A random generator that gives the same numbers for the same seed.
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: Int) {
        state = UInt64(truncatingIfNeeded: seed &+ 1) &* 0xD134_2543_DE82_EF95
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

/// A parameter of a made-up page.
struct MadeField: Equatable {
    var name: String
    var type: String
    var isRequired = false
    var example: String?
    var description: String?
    var defaultText: String?
    var maximumLength: Int?
    var maximumItems: Int?
    var children: [MadeField] = []
    var isObject = false

    var isList: Bool { type.hasSuffix(" []") }
    var hasLimit: Bool { defaultText != nil || maximumLength != nil || maximumItems != nil }
}

/// Makes up the content of a documentation page.
struct PageMaker {
    private var random: SeededNumbers
    private var objects = 0

    init(seed: Int) {
        random = SeededNumbers(seed)
    }

    mutating func fields(isRequest: Bool) -> [MadeField] {
        let count = Int.random(in: 0...7, using: &random)
        return fields(count, depth: 1, isRequest: isRequest, className: nil)
    }

    private mutating func fields(_ count: Int, depth: Int, isRequest: Bool, className: String?) -> [MadeField] {
        var names: Set<String> = []
        var fields: [MadeField] = []
        for index in 0..<count {
            let name = Self.names.randomElement(using: &random) ?? "id"
            guard names.insert(name).inserted else { continue }
            let isObject = depth < 6 && Int.random(in: 0..<10, using: &random) < 4
            fields.append(
                isObject
                    ? object(name, depth: depth, isRequest: isRequest, className: className)
                    : leaf(name, depth: depth, isFirst: index == 0, isRequest: isRequest))
        }
        return fields
    }

    private mutating func object(_ name: String, depth: Int, isRequest: Bool, className: String?) -> MadeField {
        objects += 1
        let isSelf = className != nil && Int.random(in: 0..<8, using: &random) == 0
        let type =
            isSelf
            ? className ?? ""
            : ["UserStatDTO", "Item", "SkuDTO", "Result"].randomElement(using: &random)! + "\(objects)"
        var field = MadeField(name: name, type: type, isObject: true)
        field.isRequired = isRequest && Bool.random(using: &random)
        let count = isSelf ? 0 : Int.random(in: 1...5, using: &random)
        field.children = fields(count, depth: depth + 1, isRequest: isRequest, className: type)
        // What no example shows cannot be told apart; such rows have tests of their own.
        if !isSelf, field.children.isEmpty {
            field.children = [leaf("id", depth: 9, isFirst: false, isRequest: isRequest)]
        }
        if Bool.random(using: &random) {
            field.type += " []"
            if Int.random(in: 0..<4, using: &random) == 0 {
                field.maximumItems = Int.random(in: 3...50, using: &random)
            }
        }
        if Int.random(in: 0..<3, using: &random) > 0 { field.description = Self.plain.randomElement(using: &random) }
        return field
    }

    private mutating func leaf(_ name: String, depth: Int, isFirst: Bool, isRequest: Bool) -> MadeField {
        let type = Self.types.randomElement(using: &random) ?? "String"
        var field = MadeField(name: name, type: type)
        field.isRequired = isRequest && Bool.random(using: &random)
        field.example = example(type)
        if Int.random(in: 0..<5, using: &random) > 0 {
            field.description = Self.descriptions.randomElement(using: &random)
        }
        let mayBeEmpty = depth == 1 || !isRequest
        if mayBeEmpty, Int.random(in: 0..<5, using: &random) == 0 { field.example = nil }
        guard isRequest, Int.random(in: 0..<7, using: &random) == 0 else { return field }
        switch type {
        case "String":
            field.maximumLength = max(5, field.example?.utf16.count ?? 0) + Int.random(in: 0...200, using: &random)
            if Bool.random(using: &random) { field.defaultText = "XKZ 1" }
        case "String []", "Number []": field.maximumItems = 20
        case "Boolean": field.defaultText = "true"
        case "Date": field.defaultText = "2010-01-01 00:00:00"
        default: field.defaultText = "1"
        }
        return field
    }

    private mutating func example(_ type: String) -> String? {
        switch type {
        case "Number": ["1", "50006718", "1656674541000", "-3"].randomElement(using: &random)
        case "Price": ["5.00", "0.1"].randomElement(using: &random)
        case "Boolean": ["true", "false"].randomElement(using: &random)
        case "Date": "2010-01-01 00:00:00"
        case "Json", "Map": #"{"a": [1, 2], "b": "x y"}"#
        case "String []": "111,222,333"
        case "Number []": "1,2,3"
        default: Self.examples.randomElement(using: &random)
        }
    }

    private static let names = [
        "id", "name", "code", "type", "status", "item_id", "sub_items", "gmt_create", "startTime", "aility_status",
        "data", "result", "list", "extra", "out_id", "address", "a_b_c", "ext_map", "sku_list", "info",
    ]
    private static let types = [
        "String", "String", "String", "Number", "Number", "Boolean", "Date", "Price", "Json", "String []", "Number []",
        "Map",
    ]
    private static let examples = [
        "1", "abc", "浙A8B7Y1", "错误信息", "2010-01-01 00:00:00", #"[{"amount":100, "endTime":"2019.06.17 12:00:00"}]"#,
        "a b c", "<a><b>1</b></a>", "{}", "C:\\x", "it's", "a & b", "1 必须 2", "\"\"", "x: y # z",
    ]
    private static let plain = ["说明", "地址对象list", "结果(整体)", "接口返回model", "列表,最多20个"]
    private static let descriptions = [
        "说明", "1", "操作类型。1-新增,2-更新,3-删除", "id of the item", "开始时间,格式:yyyy.MM.dd HH:mm:ss", "a 必须 b",
        "第一行\n第二行:x\n第三行", "msgCode", "结果 < KEY:Id VALUE:描述(SUCCESS-通过) >", "默认为 1, 可选", "'x'\"y\"",
    ]
}
