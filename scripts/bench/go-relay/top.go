package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"sort"
	"strings"
	"time"
)

const (
	idleConnections   = 4096
	connectTimeout    = 5 * time.Second
	responseLimitSize = 4 << 20
)

var beijing = time.FixedZone("GMT+8", 8*60*60)

// app is one app key at one gateway.
type app struct {
	name, key, url, session string
	secret                  []byte
	client                  *http.Client
}

// callResult is TOP's response with its meaning.
type callResult struct {
	outcome    string
	httpStatus int
	requestID  string
	data       json.RawMessage
	text       string
}

// envelope is the documented response of the method, or TOP's error.
type envelope struct {
	Response *struct {
		Data struct {
			IDMapping struct {
				Entry []struct {
					ChannelProfileID string `json:"channel_profile_id"`
				} `json:"entry"`
			} `json:"id_mapping"`
		} `json:"data"`
		IsSuccess bool   `json:"is_success"`
		RequestID string `json:"request_id"`
	} `json:"tmall_aliauto_carprofile_sync_response"`
	Error *struct {
		RequestID string `json:"request_id"`
	} `json:"error_response"`
}

// rawEnvelope gives the object inside the envelope as it was sent.
type rawEnvelope struct {
	Response json.RawMessage `json:"tmall_aliauto_carprofile_sync_response"`
}

// newClient keeps many connections, and trusts the given authority in addition to the system's.
func newClient(authority string) (*http.Client, error) {
	roots, err := x509.SystemCertPool()
	if err != nil {
		return nil, err
	}
	if authority != "" {
		text, err := os.ReadFile(authority)
		if err != nil {
			return nil, err
		}
		if !roots.AppendCertsFromPEM(text) {
			return nil, errors.New("the file of -ca holds no certificate")
		}
	}
	dialer := &net.Dialer{Timeout: connectTimeout}
	return &http.Client{
		Transport: &http.Transport{
			DialContext: dialer.DialContext, MaxIdleConns: idleConnections, MaxIdleConnsPerHost: idleConnections,
			IdleConnTimeout: idleTimeout, TLSHandshakeTimeout: connectTimeout, DisableCompression: true,
			TLSClientConfig: &tls.Config{RootCAs: roots},
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, nil
}

// form is the signed body: system parameters, business parameters and the sign.
func (app *app) form(business []parameter, now time.Time) string {
	parameters := append([]parameter{
		{"method", method}, {"app_key", app.key}, {"timestamp", now.In(beijing).Format(dateLayout)},
		{"format", "json"}, {"v", "2.0"}, {"sign_method", "hmac-sha256"}, {"session", app.session},
	}, business...)
	sort.Slice(parameters, func(left, right int) bool { return parameters[left].name < parameters[right].name })
	signer := hmac.New(sha256.New, app.secret)
	var form strings.Builder
	form.Grow(1024)
	for _, each := range parameters {
		if each.value == "" {
			continue
		}
		io.WriteString(signer, each.name)
		io.WriteString(signer, each.value)
		form.WriteString(each.name + "=" + url.QueryEscape(each.value) + "&")
	}
	form.WriteString("sign=" + strings.ToUpper(hex.EncodeToString(signer.Sum(nil))))
	return form.String()
}

// send posts a call once. A failure after the request may have left is `unknown`.
func (app *app) send(ctx context.Context, parameters []parameter, sync *profileSync) callResult {
	unknown := callResult{outcome: "unknown", httpStatus: http.StatusBadGateway}
	body := strings.NewReader(app.form(parameters, time.Now()))
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, app.url, body)
	if err != nil {
		return callResult{outcome: "not_sent", httpStatus: http.StatusBadGateway}
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded;charset=UTF-8")
	response, err := app.client.Do(request)
	if err != nil {
		return unknown
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, responseLimitSize+1))
	if err != nil || len(text) > responseLimitSize || response.StatusCode >= 400 {
		return unknown
	}
	return judge(text, sync)
}

// judge tells what a response means. An added or updated profile must be in the mapping.
func judge(text []byte, sync *profileSync) callResult {
	result := callResult{outcome: "unknown", httpStatus: http.StatusBadGateway}
	var answer envelope
	var raw rawEnvelope
	if json.Unmarshal(text, &answer) != nil || json.Unmarshal(text, &raw) != nil {
		return result
	}
	// PostgreSQL refuses a whole batch that has one text in another encoding.
	result.text = strings.ToValidUTF8(string(text), "\uFFFD")
	switch {
	case answer.Error != nil:
		result.outcome, result.requestID = "refused", answer.Error.RequestID
	case answer.Response != nil && !answer.Response.IsSuccess:
		result.outcome, result.requestID = "refused", answer.Response.RequestID
	case answer.Response != nil:
		result.outcome, result.httpStatus = "partial", http.StatusOK
		result.requestID, result.data = answer.Response.RequestID, raw.Response
		complete := *sync.List.OperateType == 3
		for _, entry := range answer.Response.Data.IDMapping.Entry {
			complete = complete || entry.ChannelProfileID == *sync.List.ChannelProfileID
		}
		if complete {
			result.outcome = "success"
		}
	}
	return result
}
