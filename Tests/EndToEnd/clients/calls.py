"""Calls the five methods with the generated client, and validates what passes by the generated models.

    calls.py CONFIG

The members of CONFIG: tools, document, folder, relay, caller, auditor, marker.
"""

from __future__ import annotations

import importlib
import json
import sys
from typing import Any

from generate import CLIENT, MODELS, check_examples, generate

LONG_ID = 9007199254740993
"""An id that a floating-point number cannot hold."""


def module(name: str) -> Any:
    return importlib.import_module(f"{CLIENT}.{name}")


class Calls:
    def __init__(self, config: dict[str, str]) -> None:
        self.marker = config["marker"]
        generate(config["tools"], config["document"], config["folder"])
        self.models = module("models")
        self.validating = importlib.import_module(MODELS)
        with open(config["document"]) as file:
            assert check_examples(json.load(file), self.validating) >= 20
        client = module("client").AuthenticatedClient
        self.caller = client(base_url=config["relay"], token=config["caller"])
        self.auditor = client(base_url=config["relay"], token=config["auditor"])

    def call(self, operation: str, body: Any, **headers: Any) -> Any:
        """The parsed response of a call. Models of the other generator have checked body and response."""
        sent = json.dumps(body.to_dict())
        getattr(self.validating, type(body).__name__).model_validate_json(sent)
        response = module(f"api.{operation}").sync_detailed(client=self.caller, body=body, **headers)
        parsed = response.parsed
        assert parsed is not None, f"{operation}: {response.status_code} {response.content!r}"
        model = getattr(self.validating, type(parsed).__name__).model_validate_json(response.content)
        known = json.loads(model.model_dump_json(exclude_unset=True))
        assert known == json.loads(response.content), f"{operation}: the models do not know all of {response.content!r}"
        assert parsed.to_dict() == json.loads(response.content), f"{operation}: the client loses a part"
        return parsed

    def profile(self, operation: str, phone: str = "13700000000", **headers: Any) -> Any:
        m = self.models
        profile = m.TmallAliautoCarprofileSyncRequestList(
            acid=LONG_ID, channel_profile_id=self.marker, gmt_modified="2010-01-01 00:00:00",
            gmt_create="2010-01-01 00:00:00", car_license="浙A8B7Y1", car_profile_id=LONG_ID,
            operate_type=m.TmallAliautoCarprofileSyncRequestListOperateType.VALUE_1,
        )
        body = m.TmallAliautoCarprofileSyncRequest(list_=profile, channel_id="1", channel_type=1, phone=phone)
        return self.call(operation, body, **headers)

    def profiles(self) -> None:
        for operation in ("tmall.aliauto_car_profiles", "tmall.tmall_aliauto_carprofile_sync"):
            answer = self.profile(operation, top_ref="A1,B 2", x_request_id=self.marker)
            self.expect(answer, "TmallAliautoCarprofileSyncAnswer", "tmall.aliauto.carprofile.sync", "SUCCESS")
            mapping = answer.result.data.id_mapping
            assert [(one.channel_profile_id, one.car_profile_id) for one in mapping] == [(self.marker, LONG_ID)]
            assert answer.result.is_success is True and answer.result.errmsg == "成功"
        own = module("api.calls.own_call").sync(client=self.caller, id=answer.id)
        assert isinstance(own, self.models.OwnCall) and own.id == answer.id
        assert own.outcome is self.models.Outcome.SUCCESS

    def vehicle_models(self) -> None:
        m = self.models
        prefix = "AlitripRentcarCommodityStorevehmodelBaseChangeNotifyRequestStoreVehicleModelInfoList"
        deposit = getattr(m, prefix + "CreditDepositInfo")(
            illegal_amount="1000.00", support_credit=True, damage_amount="1000.00")
        model = getattr(m, prefix)(
            vehicle_model_code="100001", credit_deposit_info=deposit, store_code=self.marker,
            deleted=getattr(m, prefix + "Deleted").VALUE_0,
        )
        body = m.AlitripRentcarCommodityStorevehmodelBaseChangeNotifyRequest(store_vehicle_model_info_list=model)
        answer = self.call("alitrip.rentcar_store_vehicle_models", body)
        method = "alitrip.rentcar.commodity.storevehmodel.base.change.notify"
        self.expect(answer, "AlitripRentcarCommodityStorevehmodelBaseChangeNotifyAnswer", method, "SUCCESS")
        assert answer.result.message_code == 0 and answer.result.message == "成功"

    def leases(self) -> None:
        m = self.models
        ranges = [
            m.TmallCarLeaseFreedownpaymentPutRequestTimeRangeList(
                amount=100, end_time="2019.06.17 12:00:00", start_time="2019.06.17 10:00:00")
        ]
        body = m.TmallCarLeaseFreedownpaymentPutRequest(
            pre_start_time="2019.06.10 12:00:00", pre_end_time="2019.06.20 12:00:00", item_id=LONG_ID,
            time_range_list=ranges, ref_activity_id=self.marker,
        )
        answer = self.call("tmall.car_lease_zero_down_payments", body, top_seller="shop")
        self.expect(answer, "TmallCarLeaseFreedownpaymentPutAnswer", "tmall.car.lease.freedownpayment.put", "SUCCESS")
        result = answer.result.result
        assert result.success is True and result.object_ is True and result.gmt_current_time == 1561003200000

    def addresses(self) -> None:
        m = self.models
        prefix = "TaobaoLogisticsAddressAbilityTmsAsyncRequestAddressAbilityAsyncRequest"
        address = getattr(m, prefix + "AddressIds")(
            address_id="330110005", ability_status=getattr(m, prefix + "AddressIdsAbilityStatus").VALUE_2,
            reason=getattr(m, prefix + "AddressIdsReason").NATURAL_CALCMITIES,
        )
        request = getattr(m, prefix)(
            request_time=1656674541000, supplier_id="10000000001", outer_code=self.marker, service_type="2",
            ability_type="2", address_type=getattr(m, prefix + "AddressType").VALUE_1, address_ids=[address],
        )
        body = m.TaobaoLogisticsAddressAbilityTmsAsyncRequest(address_ability_async_request=request)
        # The request has no request id, so the relay derives it from the key.
        answer = self.call("taobao.logistics_address_abilities", body, idempotency_key=self.marker)
        method = "taobao.logistics.address.ability.tms.async"
        self.expect(answer, "TaobaoLogisticsAddressAbilityTmsAsyncAnswer", method, "ACCEPTED")
        assert isinstance(answer.request_id, str) and answer.retryable is False
        assert answer.result.address_ability_async_response.success is True

    def card_sale(self, **fields: Any) -> Any:
        m = self.models
        sale = m.AlibabaAlscCrmCardBatchSellRequestParamBatchOpenCardOpenReq(
            physical_card_ids=["111", "222"], request_id=self.marker, operator_id="2312332", shop_id="4564334",
            **fields,
        )
        body = m.AlibabaAlscCrmCardBatchSellRequest(param_batch_open_card_open_req=sale)
        return self.call("alibaba.crm_card_sales", body)

    def card_sales(self) -> None:
        answer = self.card_sale(brand_id="3396912")
        self.expect(answer, "AlibabaAlscCrmCardBatchSellAnswer", "alibaba.alsc.crm.card.batch.sell", "SUCCESS")
        assert answer.request_id == self.marker and answer.result.result.biz_success is True
        assert json.loads(answer.result.result.result.result_map) == {"111": "SUCCESS", "222": "SUCCESS"}

    def dry_run(self) -> None:
        answer = self.profile("tmall.aliauto_car_profiles", top_dry_run=True)
        assert isinstance(answer, self.models.DryRun) and answer.dry_run is True
        assert f'"acid":{LONG_ID}' in answer.parameters["list"] and answer.parameters["session"] == "***"

    def problems(self) -> None:
        m = self.models
        problem = self.card_sale()
        assert isinstance(problem, m.Problem) and problem.type_ is m.ProblemType.INVALID_PARAMETERS
        assert problem.status == 422 and not problem.outcome
        assert [fault.pointer for fault in problem.errors] == ["/param_batch_open_card_open_req/out_brand_id"]
        problem = self.profile("tmall.aliauto_car_profiles", top_seller="stale")
        assert problem.type_ is m.ProblemType.SESSION_INVALID and problem.outcome is m.Outcome.SESSION_INVALID
        assert problem.top.code and problem.retryable is False

    def repetitions(self) -> None:
        key = "again-" + self.marker
        answers = [self.profile("tmall.aliauto_car_profiles", idempotency_key=key) for _ in range(2)]
        assert answers[0].id == answers[1].id
        answer = self.profile("tmall.aliauto_car_profiles", phone="13700000001", idempotency_key=key)
        assert isinstance(answer, self.models.Problem)
        assert answer.type_ is self.models.ProblemType.IDEMPOTENCY_KEY_REUSED

    def trail(self) -> None:
        m = self.models
        calls = module("api.audit.list_calls").sync(
            client=self.auditor, client_request_id=self.marker, outcome=[m.Outcome.SUCCESS], limit=10)
        assert [call.method for call in calls.data] == ["tmall.aliauto.carprofile.sync"] * 2
        self.validating.Calls.model_validate_json(json.dumps(calls.to_dict()))
        call = calls.data[0]
        assert call.refs == ["A1", "B 2"] and call.finished_at > call.at
        note = module("api.audit.add_note").sync(
            client=self.auditor, id=call.id, body=m.NewNote(text="Done.", settles=m.Settlement.DONE))
        assert isinstance(note, m.Note) and note.settles is m.Settlement.DONE

    def expect(self, answer: Any, kind: str, method: str, outcome: str) -> None:
        assert isinstance(answer, getattr(self.models, kind)), answer
        assert answer.method == method and answer.outcome is self.models.AnswerOutcome[outcome], answer
        assert answer.id.version == 7 and answer.top_request_id


def main(path: str) -> None:
    with open(path) as file:
        calls = Calls(json.load(file))
    steps = ["profiles", "vehicle_models", "leases", "addresses", "card_sales", "dry_run", "problems", "repetitions"]
    for step in [*steps, "trail"]:
        getattr(calls, step)()
        print(step)


main(*sys.argv[1:])
