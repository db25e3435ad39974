//! Graphs of what came before what.

/// How one transaction comes before another.
pub(super) mod rel {
    /// It wrote what the other one's write came next to.
    pub(in super::super) const WW: u8 = 1;
    /// It wrote what the other one read.
    pub(in super::super) const WR: u8 = 2;
    /// It read what the other one overwrote.
    pub(in super::super) const RW: u8 = 4;
    /// The same process did it before.
    pub(in super::super) const PROCESS: u8 = 8;
    /// It was over before the other one began.
    pub(in super::super) const REALTIME: u8 = 16;
    pub(in super::super) const ANY: u8 = 31;
}

/// A directed graph whose edges have relations, in compressed rows. Vertices are 0, 1, 2, ….
#[derive(Clone, Debug)]
pub(super) struct Graph {
    /// Where the edges of each vertex begin, and where the last ones end.
    rows: Vec<usize>,
    targets: Vec<u32>,
    relations: Vec<u8>,
}

impl Graph {
    /// The graph of these edges, each a vertex, the one after it, and how. Several with the same ends become one.
    pub(super) fn new(vertices: usize, edges: &[(u32, u32, u8)]) -> Self {
        let mut rows = vec![0; vertices + 1];
        for (from, ..) in edges {
            rows[*from as usize + 1] += 1;
        }
        for vertex in 0..vertices {
            rows[vertex + 1] += rows[vertex];
        }
        let mut ends = rows.clone();
        let mut row_of: Vec<(u32, u8)> = vec![(0, 0); edges.len()];
        for (from, to, relation) in edges {
            let end = &mut ends[*from as usize];
            row_of[*end] = (*to, *relation);
            *end += 1;
        }
        let mut graph = Self {
            rows: Vec::with_capacity(vertices + 1),
            targets: Vec::with_capacity(edges.len()),
            relations: Vec::with_capacity(edges.len()),
        };
        graph.rows.push(0);
        for vertex in 0..vertices {
            let row = &mut row_of[rows[vertex]..rows[vertex + 1]];
            row.sort_unstable();
            graph.push_row(row);
        }
        graph
    }

    /// Appends the edges of the next vertex, which are in order.
    fn push_row(&mut self, row: &[(u32, u8)]) {
        let start = self.targets.len();
        for (to, relation) in row {
            match self.relations.last_mut() {
                Some(last) if self.targets.len() > start && self.targets.last() == Some(to) => {
                    *last |= relation;
                }
                _ => {
                    self.targets.push(*to);
                    self.relations.push(*relation);
                }
            }
        }
        self.rows.push(self.targets.len());
    }

    pub(super) fn vertices(&self) -> usize {
        self.rows.len() - 1
    }

    pub(super) fn is_empty(&self) -> bool {
        self.targets.is_empty()
    }

    /// The vertices after one, with how they come after it.
    pub(super) fn after(&self, vertex: u32) -> impl Iterator<Item = (u32, u8)> {
        let row = self.row(vertex);
        self.targets[row.clone()].iter().copied().zip(self.relations[row].iter().copied())
    }

    /// The places of a vertex's edges.
    pub(super) fn row(&self, vertex: u32) -> std::ops::Range<usize> {
        self.rows[vertex as usize]..self.rows[vertex as usize + 1]
    }

    /// The edge at a place: where it leads, and how.
    pub(super) fn edge(&self, place: usize) -> (u32, u8) {
        (self.targets[place], self.relations[place])
    }

    /// How the second vertex comes after the first; 0 if it does not.
    pub(super) fn relations(&self, from: u32, to: u32) -> u8 {
        let row = self.row(from);
        self.targets[row.clone()].binary_search(&to).map_or(0, |place| self.relations[row.start + place])
    }

    /// The edges between some vertices, which are in order; they count from 0 in it.
    pub(super) fn among(&self, vertices: &[u32]) -> Self {
        let mut graph = Self { rows: vec![0], targets: Vec::new(), relations: Vec::new() };
        let mut row = Vec::new();
        for vertex in vertices {
            row.clear();
            row.extend(self.after(*vertex).filter_map(|(to, relation)| {
                let place = vertices.binary_search(&to).ok()?;
                Some((u32::try_from(place).expect("there are no more than in the whole graph"), relation))
            }));
            graph.push_row(&row);
        }
        graph
    }
}

/// The strongly connected components of a graph: the number of each vertex's.
///
/// Numbers fall along the edges: an edge leads into its own component, or into one with a smaller number. By Tarjan
/// ("Depth-first search and linear graph algorithms", 1972), without recursion. `degree` says how many edges a vertex has,
/// and `edge` where the k-th leads, if it counts.
pub(super) fn components(
    vertices: usize,
    degree: impl Fn(u32) -> usize,
    edge: impl Fn(u32, usize) -> Option<u32>,
) -> Components {
    const NEW: u32 = u32::MAX;
    let mut low = vec![NEW; vertices];
    let mut component = vec![NEW; vertices];
    let mut count = 0;
    let mut visited = 0;
    let mut open: Vec<u32> = Vec::new();
    let mut path: Vec<(u32, u32, usize)> = Vec::new();
    for root in 0..u32::try_from(vertices).expect("vertices are numbered") {
        if low[root as usize] != NEW {
            continue;
        }
        path.push((root, visited, 0));
        low[root as usize] = visited;
        visited += 1;
        open.push(root);
        while let Some((vertex, order, next)) = path.last_mut() {
            let (vertex, order) = (*vertex, *order);
            if *next < degree(vertex) {
                let k = *next;
                *next += 1;
                let Some(to) = edge(vertex, k) else { continue };
                if low[to as usize] == NEW {
                    path.push((to, visited, 0));
                    low[to as usize] = visited;
                    visited += 1;
                    open.push(to);
                } else if component[to as usize] == NEW {
                    low[vertex as usize] = low[vertex as usize].min(low[to as usize]);
                }
                continue;
            }
            path.pop();
            if low[vertex as usize] == order {
                loop {
                    let member = open.pop().expect("the root of a component is open until it is complete");
                    component[member as usize] = count;
                    if member == vertex {
                        break;
                    }
                }
                count += 1;
            }
            if let Some((parent, ..)) = path.last() {
                low[*parent as usize] = low[*parent as usize].min(low[vertex as usize]);
            }
        }
    }
    Components { of: component, count: count as usize }
}

/// Which vertex is in which component.
#[derive(Debug)]
pub(super) struct Components {
    /// The component of each vertex.
    pub(super) of: Vec<u32>,
    pub(super) count: usize,
}

impl Components {
    /// Those with more than one vertex, each in order.
    pub(super) fn large(&self) -> Vec<Vec<u32>> {
        let mut sizes = vec![0_u32; self.count];
        self.of.iter().for_each(|component| sizes[*component as usize] += 1);
        let mut places = vec![usize::MAX; self.count];
        let mut large: Vec<Vec<u32>> = Vec::new();
        for (vertex, component) in (0..).zip(&self.of) {
            let component = *component as usize;
            if sizes[component] > 1 {
                if places[component] == usize::MAX {
                    places[component] = large.len();
                    large.push(Vec::with_capacity(sizes[component] as usize));
                }
                large[places[component]].push(vertex);
            }
        }
        large
    }
}

impl Graph {
    /// The components of the graph that has only the edges with one of these relations.
    pub(super) fn components(&self, relations: u8) -> Components {
        let edge = |vertex, k| {
            let (to, relation) = self.edge(self.row(vertex).start + k);
            (relation & relations != 0).then_some(to)
        };
        components(self.vertices(), |vertex| self.row(vertex).len(), edge)
    }
}

impl Graph {
    pub(super) fn edges(&self) -> usize {
        self.targets.len()
    }

    /// The same edges, each with one relation of its several.
    pub(super) fn labelled(&self, label: impl Fn(u8) -> u8) -> Self {
        let mut graph = self.clone();
        graph.relations.iter_mut().for_each(|relations| *relations = label(*relations));
        graph
    }
}
