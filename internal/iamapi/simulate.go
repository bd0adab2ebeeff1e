package iamapi

import (
	"cmp"
	"context"
	"encoding/base64"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pratique-dev/pratique/internal/arn"
	"github.com/pratique-dev/pratique/internal/awsapi"
	api "github.com/pratique-dev/pratique/internal/awsapi/iam"
	"github.com/pratique-dev/pratique/internal/iam"
	"github.com/pratique-dev/pratique/policy"
	"github.com/pratique-dev/pratique/policy/catalog"
)

// The policy simulator asks the engine that decides real requests, with policies and condition keys that the caller
// chooses. It supplies no condition key by itself but the time; see "Testing IAM policies with the IAM policy simulator" in
// the IAM user guide.

// Types of the policies that statements come from, as AWS has been seen to answer them; the model's enumeration has others.
const (
	sourceIdentity = "IAM Policy"
	sourceResource = "Resource Policy"
	sourceBoundary = "Permissions Boundary Policy"
)

// sourceImplied is the type of a policy that the simulation makes up, and does not show.
const sourceImplied = ""

func invalidInput(format string, args ...any) error {
	return awsapi.Errorf(api.CodeInvalidInput, format, args...)
}

// policySource returns the user, group or role whose policies are to be simulated.
func policySource(c *awsapi.Call, sourceARN string) (iam.Entity, error) {
	a, err := arn.Parse(sourceARN)
	if err == nil && a.Service == "iam" && a.Name() != "" {
		switch kind := a.Type(); {
		case kind != iam.EntityUser && kind != iam.EntityGroup && kind != iam.EntityRole:
		case a.Account != c.Account:
			return iam.Entity{}, invalidInput("Invalid Policy Source Arn: caller's account %s does not have access to policies in account %s", c.Account, a.Account)
		default:
			return iam.Entity{Kind: kind, Name: a.Name()}, nil
		}
	}
	return iam.Entity{}, invalidInput("Invalid Entity Arn: %s does not clearly define entity type and name.", sourceARN)
}

// onSource is the principal that an input names by ARN.
func onSource[In any](s *service, c *awsapi.Call, in *In, sourceARN *string) []awsapi.Resource {
	e, err := policySource(c, value(sourceARN))
	if err != nil { // the operation will say what is wrong with it
		return awsapi.Any(c, in)
	}
	return on(s, c, e, in, nil)
}

func (s *service) onSimulated(c *awsapi.Call, in *api.SimulatePrincipalPolicyInput) []awsapi.Resource {
	return onSource(s, c, in, in.PolicySourceArn)
}

func (s *service) onExamined(c *awsapi.Call, in *api.GetContextKeysForPrincipalPolicyInput) []awsapi.Resource {
	return onSource(s, c, in, in.PolicySourceArn)
}

// held returns the policies of the entity, whose ARN must be the one given, path and case included.
func (s *service) held(ctx context.Context, c *awsapi.Call, e iam.Entity, sourceARN string) (*iam.Holdings, error) {
	at, err := s.iam.Locate(ctx, c.Account, e)
	if err != nil {
		return nil, err
	}
	if at.ARN != sourceARN {
		return nil, &iam.Error{Kind: iam.ErrNoSuchEntity, Entity: e.Kind, Name: e.Name}
	}
	return s.iam.Holdings(ctx, c.Account, e)
}

func (s *service) simulateCustomPolicy(_ context.Context, c *awsapi.Call, in *api.SimulateCustomPolicyInput) (*api.SimulateCustomPolicyOutput, error) {
	sim := &simulation{principal: policy.Principal{Kind: policy.User, Account: c.Account}}
	return sim.run(in, s.iam.Now())
}

func (s *service) simulatePrincipalPolicy(ctx context.Context, c *awsapi.Call, in *api.SimulatePrincipalPolicyInput) (*api.SimulatePrincipalPolicyOutput, error) {
	e, err := policySource(c, value(in.PolicySourceArn))
	if err != nil {
		return nil, err
	}
	held, err := s.held(ctx, c, e, value(in.PolicySourceArn))
	if err != nil {
		return nil, err
	}
	for i, h := range held.Holders {
		if src := &held.Identity[i]; h.Name != "" {
			src.Name = h.Kind + "_" + h.Name + "_" + src.Name
		}
	}
	sim := &simulation{
		principal: held.Principal,
		set:       policy.Set{Identity: typed(held.Identity, sourceIdentity), Boundary: typed(held.Boundary, sourceBoundary)},
		live:      true,
	}
	member, err := s.org.Chain(ctx, c.Account)
	if err != nil {
		return nil, err
	}
	if member != nil {
		sim.set.SCP = member.SCP
	}
	if e.Kind == iam.EntityGroup {
		sim.principal = policy.Principal{Kind: policy.User, Account: c.Account}
	}
	out, err := sim.run(&api.SimulateCustomPolicyInput{
		PolicyInputList:                    in.PolicyInputList,
		PermissionsBoundaryPolicyInputList: in.PermissionsBoundaryPolicyInputList,
		ActionNames:                        in.ActionNames,
		ResourceArns:                       in.ResourceArns,
		ResourcePolicy:                     in.ResourcePolicy,
		ResourceOwner:                      in.ResourceOwner,
		CallerArn:                          in.CallerArn,
		ContextEntries:                     in.ContextEntries,
		ResourceHandlingOption:             in.ResourceHandlingOption,
		MaxItems:                           in.MaxItems,
		Marker:                             in.Marker,
	}, s.iam.Now())
	if err != nil {
		return nil, err
	}
	return (*api.SimulatePrincipalPolicyOutput)(out), nil
}

// typed returns the policies as the simulator calls them.
func typed(sources []policy.Source, typ string) []policy.Source {
	return each(sources, func(src policy.Source) policy.Source {
		src.Type = typ
		return src
	})
}

// simulation is what all questions of one call have in common.
type simulation struct {
	principal policy.Principal // without an ARN when it is nobody in particular
	set       policy.Set
	live      bool // the policies are those of a principal of an account
	context   policy.Context
	owner     string // the account of resources whose ARN does not say
}

// run answers the questions, one for each action and resource, that are on the page asked for.
func (sim *simulation) run(in *api.SimulateCustomPolicyInput, now time.Time) (*api.SimulateCustomPolicyOutput, error) {
	p, err := page(in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	if err := sim.prepare(in, now); err != nil {
		return nil, err
	}
	resources := in.ResourceArns
	if len(resources) == 0 {
		resources = []string{"*"}
	}
	for _, r := range resources {
		if _, err := arn.Parse(r); err != nil && r != "*" {
			return nil, invalidInput("ResourceNames are not in a valid ARN format: %s.", r)
		}
	}
	at := 0
	if p.After != "" {
		if at, err = strconv.Atoi(p.After); err != nil || at < 0 {
			return nil, validation("Invalid Marker.")
		}
	}
	total := len(in.ActionNames) * len(resources)
	out := &api.SimulateCustomPolicyOutput{EvaluationResults: []api.EvaluationResult{}}
	next := ""
	for ; at < total; at++ {
		if len(out.EvaluationResults) == p.Limit {
			next = strconv.Itoa(at)
			break
		}
		result := sim.ask(in.ActionNames[at/len(resources)], resources[at%len(resources)])
		out.EvaluationResults = append(out.EvaluationResults, result)
	}
	out.IsTruncated, out.Marker = more(next)
	return out, nil
}

// prepare checks the input and adds what it gives to the simulation.
func (sim *simulation) prepare(in *api.SimulateCustomPolicyInput, now time.Time) error {
	for _, a := range in.ActionNames {
		if err := checkAction(a); err != nil {
			return err
		}
	}
	given, err := inputPolicies("PolicyInputList", in.PolicyInputList, sourceIdentity)
	if err != nil {
		return err
	}
	sim.set.Identity = append(sim.set.Identity, given...)
	if len(in.PermissionsBoundaryPolicyInputList) > 1 {
		return invalidInput("The list of Permissions Boundary policies cannot exceed 1 items.")
	}
	boundary, err := inputPolicies("PermissionsBoundaryPolicyInputList", in.PermissionsBoundaryPolicyInputList, sourceBoundary)
	if err != nil {
		return err
	}
	if len(boundary) > 0 {
		sim.set.Boundary = boundary
	}
	if in.CallerArn != nil && *in.CallerArn != sim.principal.ARN { // of the source more is known than its ARN
		home := sim.principal.Account
		if sim.principal, err = simulatedCaller(*in.CallerArn); err != nil {
			return err
		}
		if sim.principal.Account != home { // what binds other accounts is none of the caller's business
			sim.set.SCP = nil
		}
	}
	sim.owner = sim.principal.Account
	if in.ResourceOwner != nil {
		a, err := arn.Parse(*in.ResourceOwner)
		if err != nil || *in.ResourceOwner != arn.Root(a.Account) || !arn.IsAccountID(a.Account) {
			return invalidInput("'%s' is not a valid as a Resource Owner.", *in.ResourceOwner) // AWS's grammar
		}
		sim.owner = a.Account
	}
	if in.ResourcePolicy != nil {
		if sim.principal.Kind != policy.User {
			return invalidInput("Invalid caller - Caller must be an IAM user in this context.")
		}
		if sim.principal.ARN == "" {
			return invalidInput("Invalid caller - Caller cannot be null or empty.")
		}
		p, err := policy.Parse([]byte(*in.ResourcePolicy))
		if err != nil {
			return invalidInput("The resource policy is not valid: %v", err)
		}
		sim.set.Resource = []policy.Source{{Type: sourceResource, Name: "ResourcePolicy", Policy: p}}
	}
	sim.context = policy.Context{}
	sim.context.Set("aws:CurrentTime", now.UTC().Format(time.RFC3339))
	sim.context.Set("aws:EpochTime", strconv.FormatInt(now.Unix(), 10))
	for _, e := range in.ContextEntries {
		if err := checkContextEntry(e); err != nil {
			return err
		}
		sim.context.Set(value(e.ContextKeyName), e.ContextKeyValues...)
	}
	return nil
}

func checkAction(action string) error {
	service, name, ok := strings.Cut(action, ":")
	if !ok || service == "" || name == "" || strings.ContainsAny(action, "*? ") {
		return invalidInput("Invalid Input Actions: %s is not the full name of one action.", action)
	}
	return nil
}

// inputPolicies parses the policies of a member of the input, which are called by it and their place in it.
func inputPolicies(member string, documents []string, typ string) ([]policy.Source, error) {
	var sources []policy.Source
	for i, d := range documents {
		name := member + "." + strconv.Itoa(i+1)
		p, err := policy.Parse([]byte(d))
		if err != nil {
			return nil, invalidInput("The policy %s is not valid: %v", name, err)
		}
		for _, f := range p.Validate(policy.Identity) {
			if f.Severity == policy.SeverityError {
				return nil, invalidInput("The policy %s is not valid: %d:%d: %s", name, f.Line, f.Column, f.Message)
			}
		}
		sources = append(sources, policy.Source{Type: typ, Name: name, Policy: p})
	}
	return sources, nil
}

// simulatedCaller returns the user with the given ARN, who need not exist.
func simulatedCaller(callerARN string) (policy.Principal, error) {
	a, err := arn.Parse(callerARN)
	if err != nil || a.Service != "iam" || a.Type() != iam.EntityUser || a.Name() == "" || !arn.IsAccountID(a.Account) {
		return policy.Principal{}, invalidInput("Invalid caller - Caller must be an IAM user in this context.")
	}
	return policy.Principal{Kind: policy.User, Account: a.Account, ARN: callerARN}, nil
}

// checkContextEntry checks that the values of a condition key are of its type.
func checkContextEntry(e api.ContextEntry) error {
	typ := strings.TrimSuffix(value(e.ContextKeyType), "List")
	for _, v := range e.ContextKeyValues {
		if !hasType(v, typ) {
			return invalidInput("The value %s of the context key %s is not of type %s.", v, value(e.ContextKeyName), typ)
		}
	}
	return nil
}

func hasType(v, typ string) bool {
	switch typ {
	case api.ContextKeyTypeEnumNumeric:
		_, err := strconv.ParseFloat(v, 64)
		return err == nil
	case api.ContextKeyTypeEnumBoolean:
		return strings.EqualFold(v, "true") || strings.EqualFold(v, "false")
	case api.ContextKeyTypeEnumIp:
		_, err := netip.ParsePrefix(v)
		if err != nil {
			_, err = netip.ParseAddr(v)
		}
		return err == nil
	case api.ContextKeyTypeEnumBinary:
		_, err := base64.StdEncoding.DecodeString(v)
		return err == nil
	case api.ContextKeyTypeEnumDate:
		if _, err := strconv.ParseInt(v, 10, 64); err == nil {
			return true
		}
		for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04Z07:00", time.DateOnly} {
			if _, err := time.Parse(layout, v); err == nil {
				return true
			}
		}
		return false
	}
	return true
}

// ask answers whether one action is allowed on one resource.
func (sim *simulation) ask(action, resource string) api.EvaluationResult {
	r := policy.Request{
		Principal: sim.principal, Action: action, Resource: resource, ResourceAccount: sim.ownerOf(resource), Context: sim.context,
	}
	if a, ok := catalog.Lookup(action); ok && !a.Resource {
		r.Resource = "*" // what a real request asks for
	}
	set := sim.set
	if len(set.Resource) == 0 && assumesRole(action) && r.ResourceAccount == r.Principal.Account {
		set.Resource = []policy.Source{trustsAccount(r.Principal.Account)} // the simulator looks at trust policies only when given one
	}
	d := policy.Evaluate(&r, &set)
	layers := map[policy.Reason]*policy.Layer{}
	for i := range d.Trace.Layers {
		l := &d.Trace.Layers[i]
		layers[l.Type] = l
	}
	resourceLayer := cmp.Or(layers[policy.ReasonResource], layers[policy.ReasonTrust])

	effect := new(d.Effect.String())
	var statements []api.Statement
	missing := keySet{}
	for _, of := range []struct {
		layer   *policy.Layer
		sources []policy.Source
		grants  bool
	}{
		{resourceLayer, set.Resource, true},
		{layers[policy.ReasonIdentity], set.Identity, true},
		{layers[policy.ReasonBoundary], set.Boundary, false},
	} {
		if of.layer == nil {
			continue
		}
		for i, src := range of.layer.Sources {
			p := of.sources[i].Policy
			for _, t := range src.Statements {
				if src.Type == sourceImplied {
					continue
				}
				if candidate(&p.Statements[t.Index], t) {
					missing.addMissing(p, &p.Statements[t.Index], sim.context)
				}
				decides := t.Effect == "Allow" && d.Effect == policy.Allow && of.grants || t.Effect == "Deny" && d.Effect == policy.ExplicitDeny
				if t.Matched && decides {
					statements = append(statements, matchedStatement(src, p, t.Index))
				}
			}
		}
	}

	result := api.EvaluationResult{
		EvalActionName: &action, EvalResourceName: &resource, EvalDecision: effect,
		MatchedStatements: each(statements, func(st api.Statement) api.Statement { return st }), MissingContextValues: []string{},
	}
	byOrganization := allowedByOrganization(d.Trace)
	if sim.live {
		result.OrganizationsDecisionDetail = &api.OrganizationsDecisionDetail{AllowedByOrganizations: &byOrganization}
	}
	if len(set.Boundary) > 0 {
		allowed := layers[policy.ReasonBoundary].Effect == policy.Allow
		result.PermissionsBoundaryDecisionDetail = &api.PermissionsBoundaryDecisionDetail{AllowedByPermissionsBoundary: &allowed}
	}
	if resource == "*" {
		result.MissingContextValues = missing.keys()
		return result
	}
	specific := api.ResourceSpecificResult{
		EvalResourceName: &resource, EvalResourceDecision: effect, MatchedStatements: result.MatchedStatements,
		MissingContextValues: missing.keys(), PermissionsBoundaryDecisionDetail: result.PermissionsBoundaryDecisionDetail,
	}
	if byOrganization { // or else the evaluation ended before there were details
		result.EvalDecisionDetails = map[string]string{}
	}
	if byOrganization && r.ResourceAccount != r.Principal.Account {
		result.EvalDecisionDetails[sourceIdentity] = layerEffect(layers[policy.ReasonIdentity])
		result.EvalDecisionDetails[sourceResource] = layerEffect(resourceLayer)
		specific.EvalDecisionDetails = result.EvalDecisionDetails
	}
	result.ResourceSpecificResults = []api.ResourceSpecificResult{specific}
	return result
}

// allowedByOrganization reports whether the service control policies of every level allow.
func allowedByOrganization(t policy.Trace) bool {
	return !slices.ContainsFunc(t.Layers, func(l policy.Layer) bool {
		return l.Type == policy.ReasonSCP && l.Needed && l.Effect != policy.Allow
	})
}

func layerEffect(l *policy.Layer) string {
	if l == nil {
		return policy.ImplicitDeny.String()
	}
	return l.Effect.String()
}

// ownerOf returns the account a resource belongs to.
func (sim *simulation) ownerOf(resource string) string {
	a, err := arn.Parse(resource)
	if err == nil && arn.IsAccountID(a.Account) {
		return a.Account
	}
	return sim.owner
}

func assumesRole(action string) bool {
	return strings.EqualFold(action, "sts:AssumeRole")
}

// trustsAccount is a trust policy that leaves the choice to the identity-based policies of an account.
func trustsAccount(account string) policy.Source {
	p, err := policy.Parse([]byte(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"` + account + `"},"Action":"sts:AssumeRole"}}`))
	if err != nil {
		panic("iamapi: own trust policy: " + err.Error())
	}
	return policy.Source{Type: sourceImplied, Policy: p}
}

// candidate reports whether a statement is about the action and the resource, so that its condition keys count.
func candidate(st *policy.Statement, t policy.StatementTrace) bool {
	switch {
	case t.Matched || t.Miss.Element == "Condition":
		return true
	case t.Miss.Element == "Resource" || t.Miss.Element == "NotResource": // may be so when its variables have values
		return st.Resource != nil && strings.Contains(strings.Join(texts(st.Resource.List), " "), "${")
	}
	return false
}

func matchedStatement(src policy.SourceTrace, p *policy.Policy, index int) api.Statement {
	start, end := statementRange(p, index)
	return api.Statement{SourcePolicyId: &src.Name, SourcePolicyType: &src.Type, StartPosition: &start, EndPosition: &end}
}

// statementRange returns where a statement begins and ends, as AWS's parser of JSON sees it: it ends just behind its
// closing brace, and begins where the parser was before it looked at the statement. That is just behind the bracket of the
// list or the statement before, and for a statement that is not in a list behind its own brace, which the parser reads
// along with the name before it. Lines and columns count from one.
func statementRange(p *policy.Policy, index int) (start, end api.Position) {
	st := &p.Statements[index]
	end = position(p.Text(), st.End.Offset+1)
	before := strings.TrimRight(p.Text()[:st.Pos.Offset], " \t\r\n")
	switch {
	case index > 0:
		start = position(p.Text(), p.Statements[index-1].End.Offset+1)
	case strings.HasSuffix(before, "["):
		start = position(p.Text(), len(before))
	default:
		start = position(p.Text(), st.Pos.Offset+1)
	}
	return start, end
}

// position returns the line and the column of an offset in a text.
func position(text string, offset int) api.Position {
	line := strings.Count(text[:offset], "\n") + 1
	column := len([]rune(text[strings.LastIndexByte(text[:offset], '\n')+1:offset])) + 1
	return api.Position{Line: new(int32(line)), Column: new(int32(column))}
}
