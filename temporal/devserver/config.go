package main

import (
	"database/sql"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"time"

	"go.temporal.io/server/common/cluster"
	"go.temporal.io/server/common/config"
	sqliteplugin "go.temporal.io/server/common/persistence/sql/sqlplugin/sqlite"
	"go.temporal.io/server/schema/sqlite"
)

// This file describes a whole Temporal cluster in one process: its four services
// on loopback ports, and SQLite below them.

const (
	loopback = "127.0.0.1"
	cell     = "active" // a cluster has a name even if there is only one
)

// clusterConfig gives the configuration of a server whose front end listens at
// host:port and whose state is in the file db, or in memory if db is empty.
func clusterConfig(host string, port int, db string, ports *ports) (*config.Config, error) {
	storage := &config.SQL{
		PluginName:        sqliteplugin.PluginName,
		DatabaseName:      db,
		ConnectAttributes: map[string]string{"mode": "rwc", "_journal_mode": "wal", "_synchronous": "normal"},
	}
	if db == "" {
		storage.DatabaseName = "devserver-" + strconv.Itoa(os.Getpid())
		storage.ConnectAttributes = map[string]string{"mode": "memory", "cache": "shared"}
	}

	services := map[string]config.Service{}
	for _, name := range []string{"frontend", "history", "matching", "worker"} {
		grpc, err := ports.free()
		if err != nil {
			return nil, err
		}
		membership, err := ports.free()
		if err != nil {
			return nil, err
		}
		rpc := config.RPC{GRPCPort: grpc, MembershipPort: membership, BindOnIP: loopback}
		if name == "frontend" {
			rpc.GRPCPort, rpc.BindOnIP = port, host
		}
		services[name] = config.Service{RPC: rpc}
	}

	c := &config.Config{
		Persistence: config.Persistence{
			DefaultStore:     sqliteplugin.PluginName,
			VisibilityStore:  sqliteplugin.PluginName,
			NumHistoryShards: 4,
			DataStores:       map[string]config.DataStore{sqliteplugin.PluginName: {SQL: storage}},
		},
		ClusterMetadata: &cluster.Config{
			FailoverVersionIncrement: 10,
			MasterClusterName:        cell,
			CurrentClusterName:       cell,
			ClusterInformation: map[string]cluster.ClusterInformation{cell: {
				Enabled:                true,
				InitialFailoverVersion: 1,
				RPCAddress:             fmt.Sprintf("%s:%d", host, port),
			}},
		},
		DCRedirectionPolicy: config.DCRedirectionPolicy{Policy: "noop"},
		Services:            services,
		PublicClient:        config.PublicClient{HostPort: fmt.Sprintf("%s:%d", host, port)},
		Archival: config.Archival{
			History:    config.HistoryArchival{State: "disabled"},
			Visibility: config.VisibilityArchival{State: "disabled"},
		},
		NamespaceDefaults: config.NamespaceDefaults{Archival: config.ArchivalNamespaceDefaults{
			History:    config.HistoryArchivalNamespaceDefaults{State: "disabled"},
			Visibility: config.VisibilityArchivalNamespaceDefaults{State: "disabled"},
		}},
	}
	c.Global.Membership = config.Membership{MaxJoinDuration: 30 * time.Second, BroadcastAddress: loopback}
	return c, nil
}

// prepare makes the tables of a new database, and the namespace where it is missing.
func prepare(c *config.Config, namespace, db string) error {
	storage := c.Persistence.DataStores[sqliteplugin.PluginName].SQL
	if db != "" {
		if _, err := os.Stat(db); os.IsNotExist(err) {
			if err := sqlite.SetupSchema(storage); err != nil {
				return fmt.Errorf("making the tables in %s: %w", db, err)
			}
		} else if err := forgetMembers(db); err != nil {
			return fmt.Errorf("opening %s: %w", db, err)
		}
	}
	n, err := sqlite.NewNamespaceConfig(cell, namespace, false, nil)
	if err != nil {
		return err
	}
	if err := sqlite.CreateNamespaces(storage, n); err != nil {
		return fmt.Errorf("making the namespace %s: %w", namespace, err)
	}
	return nil
}

// forgetMembers takes the services of an earlier process out of the cluster. If that was
// killed they are listed still, and the new ones would ask them for up to a minute.
func forgetMembers(db string) (err error) {
	tables, err := sql.Open("sqlite", db) // whose driver the plugin has
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, tables.Close()) }()
	_, err = tables.Exec("DELETE FROM cluster_membership")
	return err
}

// ports finds loopback ports that nobody listens at. The services bind them a moment
// later, so they are none that the system might give a connection meanwhile, which are
// above 32767; and each process begins elsewhere, lest two that start at once find the
// same ones.
type ports struct{ tried int }

const (
	firstPort    = 10_000
	numPorts     = 22_000
	portsPerProc = 20
)

// free gives one, and each but once.
func (p *ports) free() (int, error) {
	for ; p.tried < numPorts; p.tried++ {
		port := firstPort + (os.Getpid()*portsPerProc+p.tried)%numPorts
		if l, err := net.Listen("tcp", net.JoinHostPort(loopback, strconv.Itoa(port))); err == nil {
			p.tried++
			return port, l.Close()
		}
	}
	return 0, errors.New("no port is free")
}
