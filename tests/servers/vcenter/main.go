// A vCenter for tests: govmomi's simulator with a certificate of its own, until standard input ends.
// It prints "ready URL". Debian has the simulator without a main (golang-github-vmware-govmomi-dev).
package main

import (
	"crypto/tls"
	"flag"
	"fmt"
	"io"
	"net/url"
	"os"

	"github.com/vmware/govmomi/simulator"
)

func main() {
	machines := flag.Int("machines", 3, "VMs")
	flag.Parse()
	model := simulator.VPX()
	model.Host = 0
	model.ClusterHost = 1
	model.Machine = *machines
	defer model.Remove()
	if err := model.Create(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	model.Service.TLS = new(tls.Config)
	model.Service.Listen = &url.URL{Host: "127.0.0.1:0", User: url.UserPassword("migrator", "secret-of-tests")}
	server := model.Service.NewServer()
	defer server.Close()
	fmt.Printf("ready https://%s\n", server.URL.Host)
	io.Copy(io.Discard, os.Stdin)
}
