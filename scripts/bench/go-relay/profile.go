package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"
)

const (
	method     = "tmall.aliauto.carprofile.sync"
	dateLayout = "2006-01-02 15:04:05"
)

// carProfile is the documented object `list`. A pointer is nil where the caller left the member out.
type carProfile struct {
	CarLicense       *string `json:"car_license,omitempty"`
	ACID             *int64  `json:"acid,omitempty"`
	ChannelProfileID *string `json:"channel_profile_id,omitempty"`
	Mileage          *int64  `json:"mileage,omitempty"`
	EngineNo         *string `json:"engine_no,omitempty"`
	RegTime          *string `json:"reg_time,omitempty"`
	GMTModified      *string `json:"gmt_modified,omitempty"`
	IssueTime        *string `json:"issue_time,omitempty"`
	CarVIN           *string `json:"car_vin,omitempty"`
	GMTCreate        *string `json:"gmt_create,omitempty"`
	OperateType      *int64  `json:"operate_type,omitempty"`
	CarProfileID     *int64  `json:"car_profile_id,omitempty"`
}

// profileSync is the body of a call.
type profileSync struct {
	List        *carProfile `json:"list"`
	ChannelID   *string     `json:"channel_id"`
	ChannelType *int64      `json:"channel_type"`
	Phone       *string     `json:"phone"`
	DataSource  *string     `json:"data_source,omitempty"`
}

// parameter is one name with its value, as TOP takes it.
type parameter struct{ name, value string }

// parseProfileSync reads a body and refuses what the method's documentation does not allow.
func parseProfileSync(body []byte) (*profileSync, error) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	sync := &profileSync{}
	if err := decoder.Decode(sync); err != nil {
		return nil, fmt.Errorf("the body is not valid: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("the body must be one JSON object")
	}
	return sync, sync.validate()
}

func (sync *profileSync) validate() error {
	if sync.List == nil {
		return errors.New("`list` is required")
	}
	list := sync.List
	required := []struct {
		name    string
		present bool
	}{
		{"channel_id", sync.ChannelID != nil}, {"channel_type", sync.ChannelType != nil}, {"phone", sync.Phone != nil},
		{"list.acid", list.ACID != nil}, {"list.channel_profile_id", list.ChannelProfileID != nil},
		{"list.gmt_modified", list.GMTModified != nil}, {"list.gmt_create", list.GMTCreate != nil},
		{"list.operate_type", list.OperateType != nil},
	}
	for _, member := range required {
		if !member.present {
			return fmt.Errorf("`%s` is required", member.name)
		}
	}
	for _, text := range []*string{list.GMTModified, list.GMTCreate} {
		if _, err := time.Parse(dateLayout, *text); err != nil {
			return errors.New("a date must be like 2010-01-01 00:00:00")
		}
	}
	if *list.OperateType < 1 || *list.OperateType > 3 {
		return errors.New("`list.operate_type` must be 1, 2 or 3")
	}
	return nil
}

// parameters maps the body to TOP's business parameters. An object becomes its JSON text.
func (sync *profileSync) parameters() ([]parameter, error) {
	list, err := compactJSON(sync.List)
	if err != nil {
		return nil, err
	}
	parameters := []parameter{
		{"list", list}, {"channel_id", *sync.ChannelID}, {"channel_type", strconv.FormatInt(*sync.ChannelType, 10)},
		{"phone", *sync.Phone},
	}
	if sync.DataSource != nil {
		parameters = append(parameters, parameter{"data_source", *sync.DataSource})
	}
	return parameters, nil
}

// masked is the JSON text of the body with private values hidden. The row holds it.
func (sync *profileSync) masked() (string, error) {
	list := *sync.List
	list.CarLicense, list.EngineNo, list.CarVIN = mask(list.CarLicense), mask(list.EngineNo), mask(list.CarVIN)
	hidden := *sync
	hidden.List, hidden.Phone = &list, mask(sync.Phone)
	return compactJSON(hidden)
}

// mask keeps the first two and the last two characters of a longer text.
func mask(text *string) *string {
	if text == nil {
		return nil
	}
	hidden := []rune(*text)
	for index := range hidden {
		if len(hidden) < 6 || (index >= 2 && index < len(hidden)-2) {
			hidden[index] = '*'
		}
	}
	masked := string(hidden)
	return &masked
}

// compactJSON leaves `<`, `>` and `&` as they are, because the signed text must be what the caller sent.
func compactJSON(value any) (string, error) {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return "", err
	}
	return string(bytes.TrimSuffix(buffer.Bytes(), []byte("\n"))), nil
}
