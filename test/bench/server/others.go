package server

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
)

// nginxConfig has two workers that share the port as ours do, no log, and connections that last. Of
// files it serves those of one folder.
const nginxConfig = `daemon off;
worker_processes 2;
worker_cpu_affinity auto;
pid %[1]s/pid;
error_log stderr;
%[4]s
events { worker_connections 1024; }
http {
	access_log off;
	client_body_temp_path %[1]s/body;
	fastcgi_temp_path %[1]s/fastcgi;
	proxy_temp_path %[1]s/proxy;
	scgi_temp_path %[1]s/scgi;
	uwsgi_temp_path %[1]s/uwsgi;
	sendfile on;
	tcp_nopush on;
	keepalive_requests 1000000000;
	open_file_cache max=16;
	server {
		listen %[2]v reuseport;
		root %[3]s;
	}
}
`

// Nginx starts nginx, which serves the files of a folder.
func Nginx(files string, cpus []int) (*Server, error) {
	address, err := FreeAddress()
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "nginx")
	if err != nil {
		return nil, fmt.Errorf("server: nginx: %w", err)
	}
	user := ""
	if os.Geteuid() == 0 {
		user = "user root;" // its workers read the folder, whoever owns it
	}
	path := filepath.Join(folder, "nginx.conf")
	text := fmt.Sprintf(nginxConfig, folder, address, files, user)
	err = os.WriteFile(path, []byte(text), 0o600)
	var s *Server
	if err == nil {
		s, err = Start("nginx", address, cpus, exec.Command("nginx", "-p", folder, "-c", path))
	}
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(folder))
	}
	end := s.close
	s.close = func() error { return errors.Join(end(), os.RemoveAll(folder)) }
	return s, nil
}

// Redis starts redis-server, which keeps all in memory and writes nothing to disk.
func Redis(cpus []int) (*Server, error) {
	address, err := FreeAddress()
	if err != nil {
		return nil, err
	}
	return Start("redis-server", address, cpus, exec.Command("redis-server",
		"--port", strconv.Itoa(int(address.Port())), "--bind", address.Addr().String(),
		"--save", "", "--appendonly", "no", "--daemonize", "no"))
}

// Rival starts a Go program whose first argument is its address, with as many Ps as it has CPUs.
func Rival(program string, cpus []int, args ...string) (*Server, error) {
	address, err := FreeAddress()
	if err != nil {
		return nil, err
	}
	c := exec.Command(program, append([]string{address.String()}, args...)...)
	c.Env = append(os.Environ(), fmt.Sprintf("GOMAXPROCS=%d", len(cpus)))
	return Start(filepath.Base(program), address, cpus, c)
}
