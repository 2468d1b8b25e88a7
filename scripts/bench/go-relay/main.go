// Command go-relay is the yardstick of `make bench`: a careful Go service that does the relay's essential work for one
// TOP method. It validates and maps a call, signs it, posts it, stores one row durably, and only then replies.
//
//	go-relay -listen 127.0.0.1:8081 -folder FOLDER -ca FILE -app NAME=URL [-app NAME=URL ...]
//
// FOLDER holds the files `token`, `secret` and `session`. DATABASE_URL names the database. The first app is the
// default.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

const (
	idleTimeout     = 75 * time.Second
	requestTimeout  = 15 * time.Second
	shutdownTimeout = 45 * time.Second
)

// appFlags collects the repeated option -app NAME=URL in its order.
type appFlags []string

func (flags *appFlags) String() string { return strings.Join(*flags, " ") }

func (flags *appFlags) Set(text string) error {
	if name, url, found := strings.Cut(text, "="); !found || name == "" || url == "" {
		return errors.New("an app must be NAME=URL")
	}
	*flags = append(*flags, text)
	return nil
}

func main() {
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

func run() error {
	listen := flag.String("listen", "127.0.0.1:8081", "address of the HTTP service")
	folder := flag.String("folder", ".", "folder with the files token, secret and session")
	authority := flag.String("ca", "", "certificates (PEM) that upstreams are checked against")
	var apps appFlags
	flag.Var(&apps, "app", "NAME=URL of an app's gateway; the first is the default")
	flag.Parse()

	service, err := newService(*folder, *authority, apps)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if service.writer, err = startWriter(ctx, os.Getenv("DATABASE_URL")); err != nil {
		return err
	}
	return serve(ctx, *listen, service)
}

// newService reads the secrets and sets up one transport for all apps.
func newService(folder, authority string, apps []string) (*service, error) {
	if len(apps) == 0 {
		return nil, errors.New("at least one -app is required")
	}
	texts := map[string]string{}
	for _, name := range []string{"token", "secret", "session"} {
		text, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			return nil, err
		}
		texts[name] = strings.TrimSpace(string(text))
	}
	client, err := newClient(authority)
	if err != nil {
		return nil, err
	}
	service := newEmptyService(texts["token"])
	for _, text := range apps {
		name, url, _ := strings.Cut(text, "=")
		service.add(&app{
			name: name, key: "key-" + name, url: url, client: client,
			secret: []byte(texts["secret"]), session: texts["session"],
		})
	}
	return service, nil
}

// serve answers calls until the context ends, and then completes those in progress.
func serve(ctx context.Context, listen string, service *service) error {
	server := &http.Server{
		Addr: listen, Handler: service.routes(), ReadTimeout: requestTimeout, IdleTimeout: idleTimeout,
		MaxHeaderBytes: 16 << 10,
	}
	ended := make(chan error, 1)
	go func() { ended <- server.ListenAndServe() }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	limited, cancel := context.WithTimeout(context.Background(), shutdownTimeout)
	defer cancel()
	if err := server.Shutdown(limited); err != nil {
		return fmt.Errorf("calls were cut off: %w", err)
	}
	service.writer.stop()
	return nil
}
