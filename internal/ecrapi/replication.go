package ecrapi

import (
	"context"

	"github.com/pratique-dev/pratique/internal/awsapi"
	"github.com/pratique-dev/pratique/internal/awsapi/ecr"
	"github.com/pratique-dev/pratique/internal/registry"
)

func (s *service) putReplicationConfiguration(ctx context.Context, c *awsapi.Call, in *ecr.PutReplicationConfigurationInput) (*ecr.PutReplicationConfigurationOutput, error) {
	var p registry.Replication
	for _, rule := range in.ReplicationConfiguration.Rules {
		var r registry.ReplicationRule
		for _, d := range rule.Destinations {
			r.Destinations = append(r.Destinations, registry.Destination{Account: value(d.RegistryId), Region: value(d.Region)})
		}
		for _, f := range rule.RepositoryFilters {
			r.Prefixes = append(r.Prefixes, value(f.Filter))
		}
		p.Rules = append(p.Rules, r)
	}
	if err := p.Validate(c.Account, c.Region); err != nil {
		return nil, err
	}
	if err := s.serviceRole(ctx, c, replicationService); err != nil {
		return nil, err
	}
	if err := s.Registry.SetReplication(ctx, c.Account, c.Region, p); err != nil {
		return nil, err
	}
	return &ecr.PutReplicationConfigurationOutput{ReplicationConfiguration: replicationConfiguration(&p)}, nil
}

// replicationConfiguration is a configuration as the API shows it.
func replicationConfiguration(p *registry.Replication) *ecr.ReplicationConfiguration {
	out := &ecr.ReplicationConfiguration{Rules: []ecr.ReplicationRule{}}
	for _, rule := range p.Rules {
		r := ecr.ReplicationRule{Destinations: []ecr.ReplicationDestination{}}
		for _, d := range rule.Destinations {
			r.Destinations = append(r.Destinations, ecr.ReplicationDestination{Region: new(d.Region), RegistryId: new(d.Account)})
		}
		for _, prefix := range rule.Prefixes {
			r.RepositoryFilters = append(r.RepositoryFilters, ecr.RepositoryFilter{Filter: new(prefix), FilterType: new(ecr.RepositoryFilterTypePrefixMatch)})
		}
		out.Rules = append(out.Rules, r)
	}
	return out
}

func (s *service) describeRegistry(ctx context.Context, c *awsapi.Call, _ *ecr.DescribeRegistryInput) (*ecr.DescribeRegistryOutput, error) {
	p, err := s.Registry.Replication(ctx, c.Account, c.Region)
	if err != nil {
		return nil, err
	}
	return &ecr.DescribeRegistryOutput{RegistryId: &c.Account, ReplicationConfiguration: replicationConfiguration(p)}, nil
}

func (s *service) describeImageReplicationStatus(ctx context.Context, c *awsapi.Call, in *ecr.DescribeImageReplicationStatusInput) (*ecr.DescribeImageReplicationStatusOutput, error) {
	ref, failure := ImageRef(value(in.ImageId))
	if failure != nil {
		return nil, awsapi.Errorf(ecr.CodeInvalidParameter, "%s", value(failure.FailureReason))
	}
	replicas, err := s.Registry.Replicas(ctx, repo(c, in), ref)
	if err != nil {
		return nil, err
	}
	out := &ecr.DescribeImageReplicationStatusOutput{
		RepositoryName:      in.RepositoryName,
		ImageId:             in.ImageId,
		ReplicationStatuses: []ecr.ImageReplicationStatus{},
	}
	for _, r := range replicas {
		out.ReplicationStatuses = append(out.ReplicationStatuses, ecr.ImageReplicationStatus{
			Region:      new(r.Region),
			RegistryId:  new(r.Account),
			Status:      new(string(r.Status)),
			FailureCode: optional(r.Failure),
		})
	}
	return out, nil
}
