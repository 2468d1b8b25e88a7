package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"
)

const (
	path          = "/v1/aliauto/car-profiles"
	caller        = "bench"
	callTimeout   = 30 * time.Second
	bodyLimitSize = 1 << 20
)

// service is the HTTP side: authentication, the path of one call, replies.
type service struct {
	token  [sha256.Size]byte
	apps   map[string]*app
	first  *app
	writer *writer
}

// reply is what a caller reads after a call.
type reply struct {
	ID        string          `json:"id"`
	Outcome   string          `json:"outcome"`
	Method    string          `json:"method"`
	RequestID string          `json:"request_id,omitempty"`
	Result    json.RawMessage `json:"result,omitempty"`
}

func newEmptyService(token string) *service {
	return &service{token: sha256.Sum256([]byte(token)), apps: map[string]*app{}}
}

func (service *service) add(app *app) {
	if service.first == nil {
		service.first = app
	}
	service.apps[app.name] = app
}

func (service *service) routes() http.Handler {
	routes := http.NewServeMux()
	routes.HandleFunc(path, service.call)
	routes.HandleFunc("/readyz", func(response http.ResponseWriter, _ *http.Request) {
		response.WriteHeader(http.StatusOK)
	})
	return routes
}

// call is the path of one call. The row is durable before the caller reads the reply.
func (service *service) call(response http.ResponseWriter, request *http.Request) {
	started := time.Now()
	if request.Method != http.MethodPost {
		response.Header().Set("Allow", http.MethodPost)
		refuse(response, http.StatusMethodNotAllowed, "the method must be POST")
		return
	}
	if !service.authorizes(request.Header.Get("Authorization")) {
		refuse(response, http.StatusUnauthorized, "the token is not valid")
		return
	}
	app := service.app(request.Header.Get("Top-App"))
	if app == nil {
		refuse(response, http.StatusUnprocessableEntity, "the app is not known")
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(response, request.Body, bodyLimitSize))
	if err != nil {
		refuse(response, http.StatusBadRequest, "the body could not be read")
		return
	}
	sync, err := parseProfileSync(body)
	if err != nil {
		refuse(response, http.StatusUnprocessableEntity, err.Error())
		return
	}
	service.forward(response, app, sync, started)
}

// forward sends a valid call, stores its row and replies. A caller that disconnects does not cancel it.
func (service *service) forward(response http.ResponseWriter, app *app, sync *profileSync, started time.Time) {
	ctx, cancel := context.WithTimeout(context.Background(), callTimeout)
	defer cancel()
	parameters, err := sync.parameters()
	if err != nil {
		refuse(response, http.StatusInternalServerError, "the call could not be mapped")
		return
	}
	id := newID(started)
	result := app.send(ctx, parameters, sync)
	masked, err := sync.masked()
	if err != nil {
		refuse(response, http.StatusInternalServerError, "the call could not be masked")
		return
	}
	stored := row{
		id: id, at: started, caller: caller, app: app.name, method: method, outcome: result.outcome,
		status: result.httpStatus, duration: time.Since(started), request: masked, response: result.text,
	}
	if err := service.writer.write(ctx, stored); err != nil {
		refuse(response, http.StatusServiceUnavailable, "the row could not be stored")
		return
	}
	writeJSON(response, result.httpStatus, reply{
		ID: id, Outcome: result.outcome, Method: method, RequestID: result.requestID, Result: result.data,
	})
}

// authorizes compares digests, so that the time taken tells nothing about the token.
func (service *service) authorizes(header string) bool {
	digest := sha256.Sum256([]byte(strings.TrimPrefix(header, "Bearer ")))
	return strings.HasPrefix(header, "Bearer ") && subtle.ConstantTimeCompare(digest[:], service.token[:]) == 1
}

func (service *service) app(name string) *app {
	if name == "" {
		return service.first
	}
	return service.apps[name]
}

// newID makes a UUIDv7 of the time.
func newID(now time.Time) string {
	var bytes [16]byte
	if _, err := rand.Read(bytes[6:]); err != nil {
		panic(errors.New("the random source failed"))
	}
	var milliseconds [8]byte
	binary.BigEndian.PutUint64(milliseconds[:], uint64(now.UnixMilli()))
	copy(bytes[:6], milliseconds[2:])
	bytes[6] = bytes[6]&0x0f | 0x70
	bytes[8] = bytes[8]&0x3f | 0x80
	text := hex.EncodeToString(bytes[:])
	return text[:8] + "-" + text[8:12] + "-" + text[12:16] + "-" + text[16:20] + "-" + text[20:]
}

func refuse(response http.ResponseWriter, status int, detail string) {
	writeJSON(response, status, map[string]any{"status": status, "detail": detail})
}

func writeJSON(response http.ResponseWriter, status int, value any) {
	text, err := json.Marshal(value)
	if err != nil {
		response.WriteHeader(http.StatusInternalServerError)
		return
	}
	response.Header().Set("Content-Type", "application/json")
	response.WriteHeader(status)
	// The caller has gone away, so nobody can get the error.
	_, _ = response.Write(append(text, '\n'))
}
