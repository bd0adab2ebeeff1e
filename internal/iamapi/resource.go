package iamapi

import (
	"strings"

	"github.com/pratique-dev/pratique/internal/arn"
	"github.com/pratique-dev/pratique/internal/awsapi"
	api "github.com/pratique-dev/pratique/internal/awsapi/iam"
	"github.com/pratique-dev/pratique/internal/awsapi/shape"
	"github.com/pratique-dev/pratique/internal/iam"
	"github.com/pratique-dev/pratique/policy"
)

// keysOf returns the condition keys that an input fills.
type keysOf[In any] = func(*In) policy.Context

// onUser is a row that acts on the user its input names.
func onUser[In, Out any, P interface {
	*In
	GetUserName() string
}](s *service, sh shape.Shape[In, Out], do handler[In, Out], keys ...keysOf[In]) awsapi.Operation {
	return op(sh, func(c *awsapi.Call, in *In) []awsapi.Resource {
		return on(s, c, iam.Entity{Kind: iam.EntityUser, Name: P(in).GetUserName()}, in, keys)
	}, do)
}

// onGroup is a row that acts on the group its input names.
func onGroup[In, Out any, P interface {
	*In
	GetGroupName() string
}](s *service, sh shape.Shape[In, Out], do handler[In, Out]) awsapi.Operation {
	return op(sh, func(c *awsapi.Call, in *In) []awsapi.Resource {
		return on(s, c, iam.Entity{Kind: iam.EntityGroup, Name: P(in).GetGroupName()}, in, nil)
	}, do)
}

// onRole is a row that acts on the role its input names.
func onRole[In, Out any, P interface {
	*In
	GetRoleName() string
}](s *service, sh shape.Shape[In, Out], do handler[In, Out], keys ...keysOf[In]) awsapi.Operation {
	return op(sh, func(c *awsapi.Call, in *In) []awsapi.Resource {
		return on(s, c, iam.Entity{Kind: iam.EntityRole, Name: P(in).GetRoleName()}, in, keys)
	}, do)
}

// onProfile is a row that acts on the instance profile its input names.
func onProfile[In, Out any, P interface {
	*In
	GetInstanceProfileName() string
}](s *service, sh shape.Shape[In, Out], do handler[In, Out], keys ...keysOf[In]) awsapi.Operation {
	return op(sh, func(c *awsapi.Call, in *In) []awsapi.Resource {
		return on(s, c, iam.Entity{Kind: iam.EntityInstanceProfile, Name: P(in).GetInstanceProfileName()}, in, keys)
	}, do)
}

// onPolicy is a row that acts on the managed policy its input names by ARN.
func onPolicy[In, Out any, P interface {
	*In
	GetPolicyArn() string
}](s *service, sh shape.Shape[In, Out], do handler[In, Out], keys ...keysOf[In]) awsapi.Operation {
	return op(sh, func(c *awsapi.Call, in *In) []awsapi.Resource {
		return on(s, c, iam.Entity{Kind: iam.EntityPolicy, Name: P(in).GetPolicyArn()}, in, keys)
	}, do)
}

// onPath is a row that lists what is of the kind. AWS names the resource of such calls by the kind alone:
// "… is not authorized to perform: iam:ListUsers on resource: arn:aws:iam::111122223333:user/".
func onPath[In, Out any](sh shape.Shape[In, Out], kind string, do handler[In, Out]) awsapi.Operation {
	return op(sh, func(c *awsapi.Call, _ *In) []awsapi.Resource {
		return []awsapi.Resource{{ARN: arn.IAM(c.Account, kind, "/", ""), Account: c.Account}}
	}, do)
}

// on is an entity as a resource, with the condition keys that it and the input fill. When the entity cannot be looked up
// it is no resource at all, which nobody may act on.
func on[In any](s *service, c *awsapi.Call, e iam.Entity, in *In, keys []keysOf[In]) []awsapi.Resource {
	at, err := s.iam.Locate(c.Request.Context(), c.Account, e)
	if err != nil {
		return nil
	}
	res := awsapi.Resource{ARN: at.ARN, Account: c.Account, Context: policy.Context{}}
	if e.Kind == iam.EntityPolicy {
		a, err := arn.Parse(at.ARN)
		switch {
		case err != nil:
			res.ARN = "*" // the operation will say what is wrong with it
		case a.Account != "aws":
			res.Account = a.Account
		}
	}
	for _, t := range at.Tags {
		res.Context.Set("aws:ResourceTag/"+t.Key, t.Value)
		res.Context.Set("iam:ResourceTag/"+t.Key, t.Value)
	}
	if at.Boundary != "" {
		res.Context.Set("iam:PermissionsBoundary", at.Boundary)
	}
	if p, ok := any(in).(interface{ GetPolicyArn() string }); ok && e.Kind != iam.EntityPolicy {
		res.Context.Set("iam:PolicyARN", p.GetPolicyArn())
	}
	for _, of := range keys {
		for k, v := range of(in) {
			res.Context[k] = v
		}
	}
	return []awsapi.Resource{res}
}

// owner returns the user that an operation without a user name is about, by its caller: AWS finds it by the access key the
// request is signed with. It is the root user for an empty name, and nobody for a role session.
func owner(c *awsapi.Call, name *string) (userName string, ok bool) {
	if name != nil {
		return *name, true
	}
	p := c.Identity.Subject.Principal
	return c.Identity.Subject.UserName, p.Kind == policy.User || p.Kind == policy.Root
}

// ownerName is owner for operations, with AWS's words for nobody.
func ownerName(c *awsapi.Call, name *string) (string, error) {
	user, ok := owner(c, name)
	if !ok {
		return "", validation("Must specify userName when calling with non-User credentials")
	}
	return user, nil
}

// onSelf is the user to get, or the caller.
func (s *service) onSelf(c *awsapi.Call, in *api.GetUserInput) []awsapi.Resource {
	return ownerResource(s, c, in, in.UserName)
}

// onOwner is the user that the input names, or the caller.
func onOwner[In any](s *service, name func(*In) *string) func(*awsapi.Call, *In) []awsapi.Resource {
	return func(c *awsapi.Call, in *In) []awsapi.Resource { return ownerResource(s, c, in, name(in)) }
}

func ownerResource[In any](s *service, c *awsapi.Call, in *In, name *string) []awsapi.Resource {
	user, ok := owner(c, name)
	switch {
	case !ok:
		return awsapi.Any(c, in)
	case user == "":
		return []awsapi.Resource{{ARN: arn.Root(c.Account), Account: c.Account}}
	}
	return on(s, c, iam.Entity{Kind: iam.EntityUser, Name: user}, in, nil)
}

// onKey is the user that an access key belongs to.
func (s *service) onKey(c *awsapi.Call, in *api.GetAccessKeyLastUsedInput) []awsapi.Resource {
	_, user, err := s.iam.AccessKeyInfo(c.Request.Context(), c.Account, value(in.AccessKeyId))
	if err != nil {
		return awsapi.Any(c, in)
	}
	return ownerResource(s, c, in, &user)
}

// onNewPolicy is the managed policy to be made.
func onNewPolicy(c *awsapi.Call, in *api.CreatePolicyInput) []awsapi.Resource {
	path := value(in.Path)
	if !strings.HasPrefix(path, "/") || !strings.HasSuffix(path, "/") {
		path = "/"
	}
	return []awsapi.Resource{{
		ARN: arn.IAM(c.Account, "policy", path, value(in.PolicyName)), Account: c.Account, Context: requestTags(in.Tags),
	}}
}

// requestTags fills the keys for tags that a request sets.
func requestTags(ts []api.Tag) policy.Context {
	keys := policy.Context{}
	var names []string
	for _, t := range ts {
		names = append(names, value(t.Key))
		keys.Set("aws:RequestTag/"+value(t.Key), value(t.Value))
	}
	if len(names) > 0 {
		keys.Set("aws:TagKeys", names...)
	}
	return keys
}

// untagKeys fills the key for tags that a request removes.
func untagKeys(names []string) policy.Context {
	keys := policy.Context{}
	if len(names) > 0 {
		keys.Set("aws:TagKeys", names...)
	}
	return keys
}

// withBoundary adds the boundary that a request sets.
func withBoundary(keys policy.Context, boundary *string) policy.Context {
	if boundary != nil {
		keys.Set("iam:PermissionsBoundary", *boundary)
	}
	return keys
}
